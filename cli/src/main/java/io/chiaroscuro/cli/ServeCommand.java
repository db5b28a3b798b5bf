package io.chiaroscuro.cli;

import io.chiaroscuro.hub.Wanted;
import io.chiaroscuro.server.Studio;
import io.chiaroscuro.server.StudioConfig;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.server.model.ServedModel;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro serve}: the Studio, a page and APIs for light. */
@Command(
    name = "serve",
    description = {
      "Starts the Studio: a page for a browser, and APIs for programs (ours, OpenAI's images,"
          + " AUTOMATIC1111's).",
      "It listens on this machine alone, unless --host says otherwise; then clients must show the"
          + " key that the environment variable CHIAROSCURO_API_KEY holds.",
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro serve",
      "  chiaroscuro serve --model stable-diffusion-2-1 --model org/name --models-in-memory 2",
      "  CHIAROSCURO_API_KEY=... chiaroscuro serve --host 0.0.0.0 --port 8080",
    })
final class ServeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = {
        "A checkpoint as generate takes it; may be repeated, the first is the default (default: the",
        "small model inside, which is always there besides)."
      })
  private List<String> models = List.of();

  @Mixin private SingleFileOptions singleFile;

  @Option(
      names = "--host",
      defaultValue = StudioConfig.DEFAULT_HOST,
      description = "The interface to listen on (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "" + StudioConfig.DEFAULT_PORT,
      description = "0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--data-folder",
      paramLabel = "FOLDER",
      defaultValue = "chiaroscuro-studio",
      description = "Where pictures, jobs and statistics are kept (default: ${DEFAULT-VALUE}).")
  private Path dataFolder;

  @Option(
      names = "--runs-folder",
      paramLabel = "FOLDER",
      description = "Where training runs lie, a folder each, to be watched.")
  private Path runsFolder;

  @Option(
      names = "--models-in-memory",
      defaultValue = "1",
      paramLabel = "N",
      description = "How many models stay loaded (default: ${DEFAULT-VALUE}).")
  private int modelsInMemory;

  @Option(
      names = "--queue-length",
      defaultValue = "" + StudioConfig.DEFAULT_QUEUE_LENGTH,
      paramLabel = "N",
      description = "How many jobs may wait (default: ${DEFAULT-VALUE}).")
  private int queueLength;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--dtype",
      defaultValue = ComputeType.DEFAULT,
      description = ComputeType.DESCRIPTION)
  private String dtype;

  @Override
  public Integer call() throws InterruptedException {
    Device computing = Device.parse(device);
    var config =
        new StudioConfig(
            host,
            port,
            Optional.ofNullable(System.getenv("CHIAROSCURO_API_KEY")).filter(key -> !key.isEmpty()),
            served(),
            modelsInMemory,
            computing,
            ComputeType.parse(dtype, computing),
            dataFolder,
            Optional.ofNullable(runsFolder),
            queueLength,
            Limits.DEFAULTS,
            Duration.ofSeconds(20));
    // Before the first logger is made; warnings of all others stay as they are.
    System.setProperty("org.slf4j.simpleLogger.log.io.chiaroscuro.server", "info");
    var stop = new CountDownLatch(1);
    try (var interruption = new Interruption(stop::countDown);
        var studio = Studio.start(config)) {
      spec.commandLine().getOut().printf("The Studio is at %s%n", studio.url());
      stop.await();
      spec.commandLine().getErr().println("Stopping; what runs may finish.");
    }
    return 0;
  }

  private List<ServedModel> served() {
    List<ServedModel> served = new ArrayList<>();
    for (String name : models) {
      Path path = HubModels.of(spec).find(name, Wanted.CHECKPOINT, spec.commandLine().getErr());
      var checkpoint = singleFile.checkpointWithTokenizer(path, spec);
      served.add(new ServedModel(checkpoint.name(), checkpoint));
    }
    return served;
  }
}
