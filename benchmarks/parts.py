"""Single operators of the networks, as JMH measures them."""

import os
import subprocess
import sys

import workers


def measure(args) -> None:
    command = workers.java("org.openjdk.jmh.Main", args.only)
    threading = {"OMP_NUM_THREADS": str(args.threads), "MKL_NUM_THREADS": str(args.threads)}
    sys.exit(subprocess.run(command, env=os.environ | threading | workers.heap()).returncode)
