"""Resident memory: of `stats` over few and many images, of weights, of a long generation."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workers import ROOT, ours

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


def stats(args) -> None:
    """Peak memory of the command line over the photographs and over ten times as many."""
    launcher = ROOT / "chiaroscuro"
    subprocess.run([launcher, "--help"], check=True, stdout=subprocess.DEVNULL)  # builds what is to be built
    photographs = sorted(file for file in args.images.resolve().rglob("*") if file.suffix.lower() in IMAGE_SUFFIXES)
    print("| `stats` | images | seconds | images/s | peak MiB |\n|---|--:|--:|--:|--:|", flush=True)
    peaks = []
    for times in (1, args.times):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, "images")
            folder.mkdir()
            for turn in range(times):
                for photograph in photographs:
                    (folder / f"{turn:02}-{photograph.name}").symlink_to(photograph)
            command = [launcher, "stats", "--model", args.model, "--data-dir", folder]
            command += ["--output-dir", Path(scratch, "statistics"), "--statistic-type", "dct+pixel"]
            command += ["--n-components", "3", "--resolution", str(args.stats_size), "--center-crop"]
            seconds, peak = run(list(map(str, command)), args.threads)
        count = times * len(photographs)
        peaks.append(peak)
        print(f"| {args.stats_size} | {count} | {seconds:.1f} | {count / seconds:.2f} | {peak:.0f} |", flush=True)
    print(f"\nPeaks differ by {abs(peaks[1] / peaks[0] - 1):.1%}.\n", flush=True)


def run(command: list[str], threads: int) -> tuple[float, float]:
    """Seconds and the peak resident MiB of a command that must succeed."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=sys.stderr, env=os.environ | {"OMP_NUM_THREADS": str(threads)})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} failed with exit status {process.returncode}.")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def weights(args) -> None:
    """Whether weights are held once: what is resident beside the size of their files."""
    files = sum(file.stat().st_size for file in args.model.rglob("*.safetensors")) / 2**20
    print(f"Weight files: {files:.0f} MiB.\n")
    print("| weights | after | resident MiB | of it anonymous |\n|---|---|--:|--:|")
    for dtype in args.dtypes:
        with ours(args.model, dtype, args.threads) as worker:
            commands = [["versions"], ["load"], ["text"], ["unet", args.weights_size, 2]]
            commands += [["encode", args.weights_size, 1], ["decode", args.weights_size, 1]]
            for command in commands:
                worker.ask(*command)
                name = "start" if command[0] == "versions" else " ".join(map(str, command))
                print(f"| {dtype} | {name} | {worker.resident_mib():.0f} | {worker.anonymous_mib():.0f} |", flush=True)
    print(flush=True)


def generation(args) -> None:
    """Resident memory at every tenth of a hundred steps."""
    steps = 100
    print(f"| generation, {args.generation_size} | step | resident MiB | of it anonymous |\n|---|--:|--:|--:|")
    for dtype in args.dtypes:
        with ours(args.model, dtype, args.threads) as worker:
            worker.ask("load")
            worker.ask("generate", args.generation_size, steps)
            for step in range(1, steps + 1):
                worker.ask("step")
                if step == 1 or step % 10 == 0:
                    resident, anonymous = worker.resident_mib(), worker.anonymous_mib()
                    print(f"| {dtype} | {step} | {resident:.0f} | {anonymous:.0f} |", flush=True)
    print(flush=True)
