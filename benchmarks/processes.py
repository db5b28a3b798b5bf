"""Resident memory and processor time of processes and all that they start, along their way."""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

# By a word of its command line, what a process is; the first that fits.
ROLES = {
    "CoarseGrainedExecutorBackend": "executor",
    "deploy.worker.Worker": "worker",
    "deploy.master.Master": "master",
    "cli.Chiaroscuro": "program",
}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Observed:
    role: str
    samples: list[tuple[float, float]] = field(default_factory=list)  # seconds, resident MiB
    peak_mib: float = 0
    cpu_seconds: float = 0

    def seconds(self) -> float:
        return self.samples[-1][0] - self.samples[0][0]

    def resident_mib(self, begin: float, end: float) -> float:
        """The mean between two points of its life, each a share of it."""
        first, last = self.samples[0][0], self.samples[-1][0]
        chosen = [mib for at, mib in self.samples if begin <= (at - first) / max(last - first, 1e-9) <= end]
        return sum(chosen) / len(chosen)


class Sampler:
    """Looks at the Java processes below `roots` now and then; use it in a `with`."""

    def __init__(self, roots: list[int], seconds: float = 0.5):
        self.roots, self.seconds = roots, seconds
        self.observed: dict[int, Observed] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()

    def cpu_seconds(self, role: str | None = None) -> float:
        """Of all processes, or of those of a role."""
        return sum(process.cpu_seconds for process in self.observed.values() if role in (None, process.role))

    def _run(self) -> None:
        while True:
            for pid in below(self.roots):
                self._look(pid)
            if self._ending.wait(self.seconds):
                return

    def _look(self, pid: int) -> None:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text()
            role = next((role for word, role in ROLES.items() if word in words), None)
            status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            cpu = processor_seconds(pid)
        except (FileNotFoundError, ProcessLookupError):
            return  # It has just ended.
        if role is None or "VmRSS" not in status:
            return
        process = self.observed.setdefault(pid, Observed(role))
        process.samples.append((time.monotonic(), kib(status["VmRSS"]) / 1024))
        process.peak_mib = kib(status["VmHWM"]) / 1024
        process.cpu_seconds = cpu


def processor_seconds(pid: int) -> float:
    """What a process has computed, in user's and system's name."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def kib(text: str) -> int:
    return int(text.split()[0])


def below(roots: list[int]) -> set[int]:
    """`roots` and their children, theirs, and so on."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(folder.name))
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += children.get(pid, [])
    return found
