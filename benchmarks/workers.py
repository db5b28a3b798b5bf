"""The two programs that are compared, as processes that obey a command a line."""

import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SETTLE_SECONDS = 0.5  # OpenMP's threads spin a while after their work; the next one's turn begins later


class Worker:
    """A process; use it in a `with`, which ends it."""

    def __init__(self, name: str, command: list[str], threads: int, environment: dict[str, str] | None = None):
        self.name = name
        threading = {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | threading | (environment or {}),
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def ask(self, *words) -> str:
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.name} ended at the command '{words[0]}'; its own words are above.")
        return answer.strip()

    def measure(self, *words) -> tuple[float, float]:
        """Seconds, and the result's standard deviation."""
        time.sleep(SETTLE_SECONDS)
        seconds, spread = self.ask(*words).split()
        return float(seconds), float(spread)

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def peak_mib(self) -> float:
        """The most resident memory since `forget_peak`."""
        return self._kib("status", "VmHWM") / 1024

    def resident_mib(self) -> float:
        return self._kib("smaps_rollup", "Rss") / 1024

    def anonymous_mib(self) -> float:
        """Resident memory that no file backs: the mapped weights are not in it."""
        return self._kib("smaps_rollup", "Anonymous") / 1024

    def _kib(self, file: str, field: str) -> int:
        for line in Path(f"/proc/{self.process.pid}/{file}").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise KeyError(field)


def build() -> None:
    options = os.environ.get("CHIAROSCURO_MAVEN_ARGS", "").split()
    command = ["mvn", "-q", "-B", "-f", ROOT, "-pl", "benchmarks", "-am", "-DskipTests", "-Dspotless.check.skip"]
    if subprocess.run([*command, *options, "package"], stdout=sys.stderr).returncode != 0:
        sys.exit("The build failed; Maven's output is above.")


def ours(model: Path, dtype: str, threads: int) -> Worker:
    command = java("io.chiaroscuro.benchmarks.Worker", str(model), dtype, str(threads))
    return Worker("ours", command, threads, heap())


def java(main: str, *arguments: str) -> list[str]:
    """Started with the options that ./chiaroscuro starts with."""
    target = HERE / "target"
    jar = next(target.glob("chiaroscuro-benchmarks-*.jar"))
    mkl = platform.system() == "Linux" and platform.machine() == "x86_64"
    home = os.environ.get("JAVA_HOME")
    options = [
        f"-Dorg.bytedeco.openblas.load={'mkl' if mkl else 'openblas'}",
        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
        "-Djava.awt.headless=true",
        "-XX:+UseSerialGC",
        *os.environ.get("CHIAROSCURO_JAVA_ARGS", "").split(),
    ]
    program = f"{home}/bin/java" if home else shutil.which("java")
    classpath = f"{jar}:{(target / 'dependencies.txt').read_text().strip()}"
    return [program, *options, "-cp", classpath, main, *arguments]


def heap() -> dict[str, str]:
    """That of ./chiaroscuro."""
    tunables = re.search(r"^heap=(\S+)$", (ROOT / "chiaroscuro").read_text(), re.MULTILINE)[1]
    return {"GLIBC_TUNABLES": os.environ.get("GLIBC_TUNABLES", tunables)}


def diffusers(name: str, python: str, model: Path, dtype: str, threads: int) -> Worker:
    """`eager`, or `compiled` by torch.compile."""
    command = [python, str(HERE / "diffusers_worker.py"), str(model), dtype, str(threads), name]
    return Worker(name, command, threads, {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"})


def machine() -> str:
    facts = Path("/proc/cpuinfo").read_text()
    cpu = next(line.partition(":")[2].strip() for line in facts.splitlines() if line.startswith("model name"))
    instructions = [name for name in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f" {name} " in facts]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = f"{os.cpu_count()} cores, {memory:.0f} GiB"
    return f"{cpu} ({', '.join(instructions)}), {cores}, {platform.system()} {platform.release()}"
