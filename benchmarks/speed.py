"""Seconds and peak memory of the same jobs, ours and diffusers' in turns."""

import sys
from pathlib import Path
from statistics import median

from workers import Worker, diffusers, ours

# How far the spreads of two equal results may differ: rounding, and JPEG decoders within 1 of 255.
TOLERANCE = {"float32": 1e-4, "bfloat16": 1e-2}


class Job:
    """A command to both workers; `images` is what one such command works off."""

    def __init__(self, title: str, unit: str, command: list, images: int | None = None):
        self.title, self.unit, self.command, self.images = title, unit, command, images

    def value(self, seconds: float) -> float:
        return self.images / seconds if self.images else seconds


def jobs(size: int, photographs: Path, batch: int, rounds: int, training_batch: int) -> list[Job]:
    count = batch * rounds
    result = [
        Job(f"UNet step with guidance, {size}", "s", ["unet", size, 2]),
        Job(f"VAE encode, {size}", "s", ["encode", size, 1]),
        Job(f"VAE decode, {size}", "s", ["decode", size, 1]),
    ]
    for width in sorted({1, batch}):
        words = ["stats", size, width, count, photographs]
        result.append(Job(f"stats, {size}, batch {width}", "images/s", words, count))
    result.append(Job(f"training step, {size}, batch {training_batch}", "s", ["train", size, training_batch]))
    return result


def compare(args) -> None:
    chosen = [
        job
        for job in jobs(args.size, args.images.resolve(), args.batch_size, args.batches, args.training_batch)
        if not args.only or job.command[0] in args.only
    ]
    heading = "| | dtype | ours | diffusers | unit | time, ours / diffusers | peak MiB, ours | peak MiB, diffusers |"
    for number, dtype in enumerate(args.dtypes):
        with (
            ours(args.model, dtype, args.threads) as first,
            diffusers(args.python, args.model, dtype, args.threads) as second,
        ):
            if number == 0:
                print(f"{first.ask('versions')} beside {second.ask('versions')}; {args.threads} threads each; ", end="")
                print(f"median of {args.repetitions} after {args.warmups} unmeasured, in turns.\n")
                print(heading + "\n|---|---|--:|--:|---|--:|--:|--:|", flush=True)
            loads = [f"{worker.name} {worker.measure('load')[0]:.1f} s" for worker in (first, second)]
            print(f"{dtype}: loaded in {', '.join(loads)}", file=sys.stderr)
            for job in chosen:
                print(row(job, dtype, (first, second), args), flush=True)


def row(job: Job, dtype: str, workers: tuple[Worker, Worker], args) -> str:
    seconds = {worker.name: [] for worker in workers}
    spreads = {}
    for worker in workers:
        worker.forget_peak()
    for repetition in range(args.warmups + args.repetitions):
        # Who goes first changes, so that neither always finds the machine as the other left it.
        for worker in workers if repetition % 2 == 0 else workers[::-1]:
            taken, spreads[worker.name] = worker.measure(*job.command)
            print(f"{job.title} {dtype} {worker.name}: {taken:.2f} s", file=sys.stderr, flush=True)
            if repetition >= args.warmups:
                seconds[worker.name].append(taken)
    mine, theirs = spreads["ours"], spreads["diffusers"]
    if not abs(mine - theirs) <= TOLERANCE[dtype] * abs(theirs):
        sys.exit(f"{job.title} {dtype}: results differ in spread, {mine} and {theirs}: not the same job.")
    ours_median, theirs_median = median(seconds["ours"]), median(seconds["diffusers"])
    peaks = " | ".join(f"{worker.peak_mib():.0f}" for worker in workers)
    values = f"{job.value(ours_median):.3g} | {job.value(theirs_median):.3g}"
    return f"| {job.title} | {dtype} | {values} | {job.unit} | {ours_median / theirs_median:.3f} | {peaks} |"
