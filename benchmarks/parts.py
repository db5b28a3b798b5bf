"""Single operators of the networks, as JMH measures them."""

import os
import subprocess
import sys

import workers

MILLISECONDS_A_CALL = ["-bm", "avgt", "-tu", "ms"]
TURNS = ["-f", "1", "-wi", "2", "-w", "2s", "-i", "5", "-r", "2s"]


def measure(args) -> None:
    command = workers.java("org.openjdk.jmh.Main", *MILLISECONDS_A_CALL, *TURNS, args.only)
    threading = {"OMP_NUM_THREADS": str(args.threads), "MKL_NUM_THREADS": str(args.threads)}
    sys.exit(subprocess.run(command, env=os.environ | threading | workers.heap()).returncode)
