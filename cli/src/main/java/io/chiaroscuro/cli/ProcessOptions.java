package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.training.process.ProcessGroup;
import io.chiaroscuro.training.process.Processes;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How many processes train together. */
final class ProcessOptions {

  /** Longer than the first process makes samples while the others wait for it. */
  private static final Duration TIMEOUT = Duration.ofHours(2);

  @Option(
      names = {"--nproc", "--nproc-per-node"},
      defaultValue = "1",
      paramLabel = "N",
      description = {
        "Processes on this machine, each with batches of its own. Over several machines start one",
        "each with torchrun's variables (RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT)."
      })
  private int nproc;

  /** Whether this process shall start others that do the work, and is not one of them. */
  private boolean isLauncher() {
    if (nproc < 1) {
      throw new InvalidInputException("--nproc is %d; give 1 or more.".formatted(nproc));
    }
    return nproc > 1 && System.getenv("RANK") == null;
  }

  /** Starts the processes, where several are wanted, and returns when they are done. */
  boolean launch(CommandSpec spec) {
    if (!isLauncher()) {
      return false;
    }
    Processes.run(
        nproc, Chiaroscuro.class, spec.root().commandLine().getParseResult().originalArgs());
    return true;
  }

  /** The group that this process belongs to. */
  ProcessGroup join(Device device) {
    return ProcessGroup.ofEnvironment(device, TIMEOUT);
  }
}
