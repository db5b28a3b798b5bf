"""Statistics on a cluster of local processes, and what that tells of a million pictures and a billion."""

import json
import math
import os
import shutil
import struct
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import cost
from memory import IMAGE_SUFFIXES
from processes import Observed, processor_seconds
from spark import LAUNCHER, Cluster, Job, stats
from workers import ours

COMPONENTS = 3
ROUNDS = 3
SECONDS_TO_MEASURE = 5  # of short jobs: the processor's time comes in hundredths


def pictures(folders: list[Path]) -> list[Path]:
    return [p for folder in folders for p in sorted(folder.resolve().rglob("*")) if p.suffix.lower() in IMAGE_SUFFIXES]


def repeated(originals: list[Path], times: int, folder: Path) -> Path:
    """A folder that holds each picture so many times over, on the disk once."""
    store = folder.parent / "originals"
    store.mkdir(exist_ok=True)
    folder.mkdir()
    for number, original in enumerate(originals):
        copy = store / f"{number:05}{original.suffix}"
        if not copy.exists():
            shutil.copyfile(original, copy)
        for turn in range(times):
            os.link(copy, folder / f"{turn:03}-{copy.name}")
    return folder


def options(args) -> list[str]:
    words = ["--model", args.model, "--statistic-type", "dct+pixel", "--n-components", COMPONENTS]
    return list(map(str, [*words, "--resolution", args.size, "--center-crop"]))


def scaling(args, scratch: Path) -> list[Job]:
    """The same pictures by 1, 2 and 4 tasks at once."""
    folder = repeated(pictures(args.images), args.times, scratch / "pictures")
    heading = ["tasks at once", "pictures", "s in all", "s to the first task", "pictures/s", "per task", "CPU ms a picture"]
    heading += ["tasks", "ms beside running, a task", "MB of pictures", "MB shuffled", "MB of results", "CPU s in all"]
    print("\n".join([row(heading), row(["--:"] * len(heading))]), flush=True)
    size = sum(file.stat().st_size for file in folder.iterdir())
    jobs = []
    for tasks in args.tasks:
        with Cluster(scratch / f"cluster-{tasks}", tasks) as cluster:
            job = stats(folder, scratch / f"statistics-{tasks}", options(args), cluster)
        e = job.events
        jobs.append(job)
        rate = job.images / (e.last_task - e.first_task)
        cells = [tasks, job.images, f"{job.seconds:.1f}", f"{e.first_task:.1f}", f"{rate:.1f}", f"{rate / tasks:.1f}"]
        executors = job.sampler.cpu_seconds("executor")
        cells += [f"{1000 * executors / job.images:.2f}", e.tasks, f"{1000 * e.overhead_seconds / e.tasks:.0f}"]
        cells += [f"{amount / 1e6:.1f}" for amount in (size, e.bytes_shuffled, e.bytes_of_results)]
        print(row([*cells, f"{job.sampler.cpu_seconds():.0f}"]), flush=True)
    first = tensors(scratch / f"statistics-{args.tasks[0]}")
    same = all(tensors(scratch / f"statistics-{tasks}") == first for tasks in args.tasks)
    print(f"\nThe statistics are {'equal in every bit' if same else 'NOT equal'} for all numbers of tasks.\n", flush=True)
    return jobs


def hundred(args, scratch: Path) -> None:
    """Many pictures, flat memory: the single machine beside a cluster, on equal pictures."""
    originals = pictures(args.images)
    print("| | pictures | s | CPU s | of it executors |\n|---|--:|--:|--:|--:|", flush=True)
    jobs = {}
    for times in (max(1, args.times // 10), args.times):
        folder = repeated(originals, times, scratch / f"pictures-{times}")
        for cores in (None, args.workers):
            output = scratch / f"statistics-{cores}-{times}"
            if cores:
                with Cluster(scratch / f"cluster-{times}", cores) as cluster:
                    job = stats(folder, output, options(args), cluster)
            else:
                job = stats(folder, output, options(args))
            jobs.setdefault(cores, []).append(job)
            cpu = [f"{job.sampler.cpu_seconds(role):.0f}" for role in (None, "executor")]
            print(row([title(cores), job.images, f"{job.seconds:.0f}", *cpu]), flush=True)
    a, b = (tensors(scratch / f"statistics-{cores}-{args.times}") for cores in (None, args.workers))
    error = max(abs(x - y) / max(map(abs, a[name])) for name in a for x, y in zip(a[name], b[name], strict=True))
    print(f"\nThe statistics differ by {error:.2g} of the largest element.\n")

    print("| the larger set | process | peak MiB | MiB from 40 to 50 % of its time | from 90 to 100 % | growth |")
    print("|---|---|--:|--:|--:|--:|")
    for cores, (_, job) in jobs.items():
        for process in job.sampler.observed.values():
            if process.seconds() > job.seconds / 2:  # not what but prepares a start
                print(row([title(cores), *flatness(process)]))

    # What more pictures take: a session's beginning is no matter of its rate.
    rates = {}
    for cores, (few, many) in jobs.items():
        cpu = many.sampler.cpu_seconds() - few.sampler.cpu_seconds()
        rates[cores] = ((many.images - few.images) / cpu, (many.images - few.images) / (many.seconds - few.seconds))
    print("\n| | pictures per s of processor | pictures/s by the clock |\n|---|--:|--:|")
    for cores, both in rates.items():
        print(row([title(cores), *(f"{rate:.1f}" for rate in both)]))
    print(f"\nPer second of processor Spark does {rates[args.workers][0] / rates[None][0]:.2f} of the single machine's.\n", flush=True)


def title(cores: int | None) -> str:
    return f"Spark, {cores} tasks" if cores else "single machine"


def flatness(process: Observed) -> list[str]:
    half, end = process.resident_mib(0.4, 0.5), process.resident_mib(0.9, 1)
    return [process.role, f"{process.peak_mib:.0f}", f"{half:.0f}", f"{end:.0f}", f"{end / half - 1:+.1%}"]


def shipping(args, scratch: Path) -> float:
    """Bytes a second from the driver to an executor that has the large model open, hashes included."""
    folder = repeated(pictures(args.images)[:2], 1, scratch / "two")
    words = options(args)
    words[1] = str(args.large_model)
    with Cluster(scratch / "cluster-shipping", 1) as cluster:
        e = stats(folder, scratch / "statistics-shipping", words, cluster).events
    return autoencoder_bytes(args.large_model) / (e.last_task - e.first_task)


def autoencoder_bytes(model: Path) -> int:
    return sum(file.stat().st_size for file in (model / "vae").glob("*.safetensors"))


def constants(args, folders: list[Path], model: Path, size: int, job: Job, shipped: float) -> tuple[cost.Measured, cost.Assumed]:
    """Of one core: what a picture of these folders, a task, a partition and a session take."""
    config = json.loads((model / "vae" / "config.json").read_text())
    side = size >> (len(config["block_out_channels"]) - 1)
    channels = config["latent_channels"]
    originals = pictures(folders)
    with ours(model, args.dtypes[0], 1) as worker:

        def seconds(*words, times: int = ROUNDS) -> float:
            """Of a core, which are fewer than on the clock where others compute, too."""
            worker.ask(*words)
            begin = processor_seconds(worker.process.pid)
            for _ in range(times):
                worker.ask(*words)
            return (processor_seconds(worker.process.pid) - begin) / times

        begin = processor_seconds(worker.process.pid)
        worker.ask("load")
        opened = processor_seconds(worker.process.pid) - begin
        prepared = sum(seconds("prepare", size, folder.resolve()) for folder in folders) / len(originals)
        once = seconds("encode", size, 1, times=1)
        encoded = seconds("encode", size, 1, times=max(ROUNDS, round(SECONDS_TO_MEASURE / max(once, 0.01))))
        folded = seconds("fold", side, COMPONENTS, 1000) / 1000
        merged = seconds("merge", side, COMPONENTS, 200) / 200
    joint = COMPONENTS * channels
    words = 2 * channels * side**2 + joint + joint * (joint + 1) // 2
    measured = cost.Measured(
        prepare_seconds=prepared,
        encode_seconds=encoded,
        fold_seconds=folded,
        open_seconds=opened,
        session_seconds=job.events.first_task,
        task_seconds=job.events.overhead_seconds / job.events.tasks,
        merge_seconds=merged,
        ship_bytes_per_second=shipped,
        state_bytes=24 * words,
        checkpoint_bytes=autoencoder_bytes(model),
    )
    size_of_picture = sum(p.stat().st_size for p in originals) // len(originals)
    return measured, cost.Assumed(picture_bytes=size_of_picture, pictures_per_task=args.pictures_per_task)


def check(args, jobs: list[Job], shipped: float) -> None:
    """What the model says of the jobs that were measured: its constants are those of one task at a time."""
    measured, assumed = constants(args, args.images, args.model, args.size, jobs[0], shipped)
    print("| tasks at once | s by the model | s measured | model/measured |\n|--:|--:|--:|--:|")
    for tasks, job in zip(args.tasks, jobs, strict=True):
        node = replace(assumed, cores=tasks)
        seconds = cost.cost(job.images, 1, measured, node).seconds
        print(row([tasks, f"{seconds:.1f}", f"{job.seconds:.1f}", f"{seconds / job.seconds:.2f}"]))
    print(flush=True)


def extrapolate(args, model: Path, size: int, job: Job, shipped: float) -> None:
    measured, assumed = constants(args, args.images[:1], model, size, job, shipped)
    print(f"Pictures of {size} pixels by {model.name}, {args.dtypes[0]}. Measured: ", end="")
    print(", ".join(f"{name} {value:.3g}" for name, value in vars(measured).items()) + ".")
    print("Assumed: " + ", ".join(f"{name} {value:.3g}" for name, value in vars(assumed).items()) + ".\n")
    print(cost.table(measured, assumed) + "\n", flush=True)


def compare(args) -> None:
    subprocess.run([LAUNCHER, "--help"], check=True, stdout=subprocess.DEVNULL)  # builds what is to be built
    if "hundred" in args.only:
        with tempfile.TemporaryDirectory() as scratch:
            hundred(args, Path(scratch))
    if "scaling" in args.only:
        with tempfile.TemporaryDirectory() as scratch:
            jobs = scaling(args, Path(scratch))
            shipped = shipping(args, Path(scratch)) if args.large_model else math.inf
        check(args, jobs, shipped)
        extrapolate(args, args.model, args.size, jobs[0], shipped)
        if args.large_model:
            extrapolate(args, args.large_model, args.large_size, jobs[0], shipped)


def row(cells: list) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def tensors(folder: Path) -> dict[str, tuple]:
    """What `stats` wrote: float32, and the frequencies."""
    data = (folder / "stats.safetensors").read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    result = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            code, width = {"F32": ("f", 4), "I64": ("q", 8)}[entry["dtype"]]
            values = data[8 + length + begin : 8 + length + end]
            result[name] = struct.unpack(f"<{(end - begin) // width}{code}", values)
    return result
