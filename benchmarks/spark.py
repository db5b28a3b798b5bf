"""A cluster of local processes, and what Spark's event log tells of a job on it."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from processes import Sampler
from workers import ROOT

LAUNCHER = ROOT / "chiaroscuro"
PATIENCE_SECONDS = 120


class Cluster:
    """A master and workers of one core each; use it in a `with`, which ends them."""

    def __init__(self, folder: Path, workers: int):
        self.folder = folder
        self.processes: list[subprocess.Popen] = []
        folder.mkdir()
        try:
            self._start_all(workers)
        except BaseException:
            self.__exit__()
            raise

    def _start_all(self, workers: int) -> None:
        log = self._start("master", "--port", "0")
        self.url = self._await(log, r"Starting Spark master at (spark://\S+)")
        logs = []
        for number in range(workers):
            work = self.folder / f"worker-{number}"
            words = ["--port", "0", "--cores", "1", "--memory", "1g", "--work-dir", str(work)]
            logs.append(self._start("worker", *words, self.url))
        for log in logs:
            self._await(log, r"(Successfully registered with master)")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait()

    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def _start(self, part: str, *words: str) -> Path:
        log = self.folder / f"{part}-{len(self.processes)}.log"
        command = [str(LAUNCHER), "spark", part, "--host", "127.0.0.1", "--webui-port", "0", *words]
        with log.open("w") as out:
            self.processes.append(subprocess.Popen(command, stdout=out, stderr=out))
        return log

    def _await(self, log: Path, pattern: str) -> str:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            found = re.search(pattern, log.read_text())
            if found:
                return found[1]
            time.sleep(0.1)
        sys.exit(f"'{pattern}' was not said in {log}:\n{log.read_text()}")


@dataclass
class Job:
    """A run of the command line: clock and processor, and, on a cluster, what its tasks did."""

    images: int
    seconds: float
    sampler: Sampler
    events: "Events | None" = None


@dataclass
class Events:
    """Of the event log: seconds, from the start of the command, and bytes; over all tasks."""

    first_task: float
    last_task: float
    tasks: int
    overhead_seconds: float  # of tasks, besides running
    bytes_shuffled: int
    bytes_of_results: int


def stats(folder: Path, output: Path, options: list[str], cluster: Cluster | None = None) -> Job:
    """`stats` of the pictures of `folder`, on one core or as many as the cluster has."""
    command = [str(LAUNCHER), "stats", "--data-dir", str(folder), "--output-dir", str(output), "--json", *options]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    log = output.parent / f"{output.name}-events"
    if cluster:
        log.mkdir()
        command.append(f"--spark={cluster.url}")
        settings = {"enabled": "true", "dir": log.as_uri(), "compress": "false", "rolling.enabled": "false"}
        java = " ".join(f"-Dspark.eventLog.{key}={value}" for key, value in settings.items())
        environment["CHIAROSCURO_JAVA_ARGS"] = f"{environment.get('CHIAROSCURO_JAVA_ARGS', '')} {java}"
    begin, epoch = time.monotonic(), time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    with Sampler([process.pid, *(cluster.pids() if cluster else [])]) as sampler:
        result, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} failed with exit status {process.returncode}.")
    job = Job(json.loads(result)["images"], time.monotonic() - begin, sampler)
    if cluster:
        job.events = events(log, epoch)
    return job


def events(log: Path, begin: float) -> Events:
    file = next(path for path in log.rglob("*") if path.is_file() and path.stat().st_size > 0)
    tasks = []
    for line in file.read_text().splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerTaskEnd" and event["Task End Reason"]["Reason"] == "Success":
            tasks.append((event["Task Info"], event["Task Metrics"]))

    def total(*keys: str) -> int:
        result = 0
        for _, metrics in tasks:
            for key in keys:
                metrics = metrics[key]
            result += metrics
        return result

    length = sum(info["Finish Time"] - info["Launch Time"] for info, _ in tasks) / 1000
    return Events(
        first_task=min(info["Launch Time"] for info, _ in tasks) / 1000 - begin,
        last_task=max(info["Finish Time"] for info, _ in tasks) / 1000 - begin,
        tasks=len(tasks),
        overhead_seconds=length - total("Executor Run Time") / 1000,
        bytes_shuffled=total("Shuffle Write Metrics", "Shuffle Bytes Written"),
        bytes_of_results=total("Result Size"),
    )
