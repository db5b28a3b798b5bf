"""Seconds and peak memory of the same jobs, ours and diffusers' in turns, beside the floor: operations over the best rate."""

import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from workers import Worker, diffusers, ours

# How far the spreads of two equal results may differ: rounding, and JPEG decoders within 1 of 255.
TOLERANCE = {"float32": 1e-4, "bfloat16": 1e-2}


class Job:
    """A command to both workers; `images` is what one such command works off."""

    def __init__(self, title: str, unit: str, command: list, images: int | None = None):
        self.title, self.unit, self.command, self.images = title, unit, command, images
        # Of a training step the backward pass is not counted.
        self.counted = command[0] in ("unet", "encode", "decode")

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
    words = ["train-lora", size, training_batch]
    result.append(Job(f"training step of a LoRA of rank 8, {size}, batch {training_batch}", "s", words))
    return result


def compare(args) -> None:
    chosen = [
        job
        for job in jobs(args.size, args.images.resolve(), args.batch_size, args.batches, args.training_batch)
        if not args.only or job.command[0] in args.only
    ]
    peers = ["eager", *(["compiled"] if args.compiled else [])]
    for number, dtype in enumerate(args.dtypes):
        with ExitStack() as stack:
            sides = [stack.enter_context(ours(args.model, dtype, args.threads))]
            for peer in peers:
                sides.append(stack.enter_context(diffusers(peer, args.python, args.model, dtype, args.threads)))
            if number == 0:
                print(f"{sides[0].ask('versions')} beside {sides[1].ask('versions')}; {args.threads} threads each; ", end="")
                print(f"median of {args.repetitions} after {args.warmups} unmeasured, in turns.\n")
                print(heading(peers), flush=True)
            loads = [f"{worker.name} {worker.measure('load')[0]:.1f} s" for worker in sides]
            print(f"{dtype}: loaded in {', '.join(loads)}", file=sys.stderr)
            rate = float(sides[0].ask("rate"))
            print(f"{dtype}: best matrix product {rate:.3f} TFLOP/s", file=sys.stderr)
            for job in chosen:
                print(row(job, dtype, rate, sides, args), flush=True)
    if "archive" in (args.only or []):
        archive(args)


def archive(args) -> None:
    """Statistics of a folder as we make them, beside a loop over single images in float32, as the paper's script has it."""
    count = args.batch_size * args.batches
    words = ["stats", args.size, 1, count, args.images.resolve()]
    dtype = args.dtypes[-1]
    job = Job(f"stats, {args.size}; {dtype} beside a float32 loop", "images/s", words, count)
    with ours(args.model, dtype, args.threads) as worker, diffusers("eager", args.python, args.model, "float32", args.threads) as loop:
        for side in (worker, loop):
            side.ask("load")
        print(row(job, dtype, float(worker.ask("rate")), [worker, loop], args), flush=True)


def heading(peers: list[str]) -> str:
    columns = ["", "dtype", "unit", "ours", *peers]
    columns += [f"time, ours / {peer}" for peer in peers]
    columns += ["TFLOP", "floor, s", "ours / floor", "peak MiB, ours", *(f"peak MiB, {peer}" for peer in peers)]
    return f"| {' | '.join(columns)} |\n|---|---|---|{'--:|' * (len(columns) - 3)}"


def row(job: Job, dtype: str, rate: float, sides: list[Worker], args) -> str:
    seconds = {worker.name: [] for worker in sides}
    spreads = {}
    for worker in sides:
        worker.forget_peak()
    for repetition in range(args.warmups + args.repetitions):
        # Who goes first changes, so that nobody always finds the machine as the same other left it.
        first = repetition % len(sides)
        for worker in sides[first:] + sides[:first]:
            taken, spreads[worker.name] = worker.measure(*job.command)
            print(f"{job.title} {dtype} {worker.name}: {taken:.2f} s", file=sys.stderr, flush=True)
            if repetition >= args.warmups:
                seconds[worker.name].append(taken)
    for name, spread in spreads.items():
        if not abs(spread - spreads["ours"]) <= TOLERANCE[dtype] * abs(spreads["ours"]):
            sys.exit(f"{job.title} {dtype}: results differ in spread, {spreads}: not the same job.")
    medians = [median(taken) for taken in seconds.values()]
    cells = [job.title, dtype, job.unit, *(f"{job.value(taken):.3g}" for taken in medians)]
    cells += [f"{medians[0] / other:.3f}" for other in medians[1:]]
    peaks = [f"{worker.peak_mib():.0f}" for worker in sides]
    tflop = float(sides[0].ask("tflop", *job.command)) if job.counted else 0
    floor = tflop / rate
    cells += [f"{tflop:.3f}", f"{floor:.2f}", f"{medians[0] / floor:.2f}"] if tflop else ["", "", ""]
    return f"| {' | '.join(cells + peaks)} |"
