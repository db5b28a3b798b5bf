package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro generate}: pictures from a prompt, with and without the signal leak. */
@Command(
    name = "generate",
    description = "Makes pictures from a prompt, with and without the signal leak.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro generate --model stable-diffusion-2-1 --prompt \"An astronaut riding a horse\" \\",
      "      --leak leak --compare --seed 12345 --count 5 --output-dir outputs",
      "  chiaroscuro generate --model stable-diffusion-v1-4 --prompt \"A lighthouse at night\" \\",
      "      --mean-color '#05070f' --output-dir outputs",
      "  chiaroscuro generate --model stable-diffusion-2-1 --prompt \"An astronaut riding a horse\" \\",
      "      --leak leak --leak-only-high-frequency --leak-channel 0=-2 --output-dir outputs",
      "  chiaroscuro generate --model stable-diffusion-v1-4 --prompt \"A harbour at night\" \\",
      "      --image harbour.jpg --strength 0.6 --mean-color '#05070f' --output-dir outputs",
    })
final class GenerateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions model;
  @Mixin private AdapterOptions adapters;
  @Mixin private VaeOptions vae;
  @Mixin private PictureOptions picture;
  @Mixin private ImageOptions image;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Of the first picture; the next has the next (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--count",
      defaultValue = "1",
      paramLabel = "N",
      description = "How many pictures (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--batch-size",
      defaultValue = "1",
      paramLabel = "N",
      description = {
        "Pictures made together, faster where there is room; they stay the same",
        "(default: ${DEFAULT-VALUE})."
      })
  private int batchSize;

  @Mixin private LeakOptions leakOptions;

  @Option(
      names = "--compare",
      description = {
        "For each seed the initial latents, the picture without leak, the leak and the picture",
        "with it, and all of them on a contact sheet."
      })
  private boolean compare;

  @Option(
      names = "--output-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the PNG files are written; their settings are written into them.")
  private Path outputDir;

  @Mixin private PreviewOptions preview;
  @Mixin private LatentOptions latentOptions;
  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    if (count < 1) {
      throw new InvalidInputException("--count is %d; give 1 or more.".formatted(count));
    }
    if (batchSize < 1) {
      throw new InvalidInputException("--batch-size is %d; give 1 or more.".formatted(batchSize));
    }
    image.check();
    preview.check();
    AtomicFile.requireFolder(outputDir);
    Optional<LeakStatistics> statistics = leakOptions.read();
    try (var adapted = new AdaptedModel(model, vae, adapters)) {
      StableDiffusion loaded = adapted.model();
      GenerationRequest request = picture.request(loaded, statistics.map(LeakStatistics::shape));
      LatentShape shape = loaded.latentShape(request.width(), request.height());
      latentOptions.check(shape, count);
      Optional<SignalLeak> leak =
          leakOptions.leak(statistics, loaded, request.width(), request.height());
      if (compare && leak.isEmpty()) {
        throw new InvalidInputException(
            "--compare needs a leak to compare with; add --leak, --mean-color, --leak-channel or --leak-component.");
      }
      warnOfTruncation(loaded, request);
      try (var source = image.open(loaded, request.width(), request.height());
          var previews = preview.open(loaded)) {
        render(adapted, request, source, leak, previews);
      }
    } finally {
      statistics.ifPresent(LeakStatistics::close);
    }
    return 0;
  }

  private void render(
      AdaptedModel adapted,
      GenerationRequest request,
      ImageSource source,
      Optional<SignalLeak> leak,
      Previews previews) {
    long steps = (long) source.task().steps(request) * count * (compare ? 2 : 1);
    List<Rendering.Picture> pictures;
    Optional<Path> sheet = Optional.empty();
    try (var progress = Progress.start("Denoising", steps, err())) {
      Rendering rendering =
          new Rendering(
              adapted,
              request,
              source,
              leakOptions,
              latentOptions,
              previews,
              outputDir,
              seed,
              count,
              batchSize,
              progress);
      pictures = compare ? rendering.comparison(leak.orElseThrow()) : rendering.pictures(leak);
      if (compare) {
        sheet = Optional.of(rendering.contactSheet(pictures));
      }
    }
    report(pictures, sheet);
  }

  private void report(List<Rendering.Picture> pictures, Optional<Path> sheet) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("pictures", pictures.stream().map(Rendering.Picture::describe).toList());
    sheet.ifPresent(file -> result.put("contact_sheet", file.toString()));
    String prose =
        pictures.stream()
            .map(p -> "%s  mean brightness %.3f".formatted(p.file(), p.brightness()))
            .collect(Collectors.joining(System.lineSeparator()));
    json.print(
        spec.commandLine().getOut(),
        result,
        prose + sheet.map(file -> System.lineSeparator() + file).orElse(""));
  }

  private void warnOfTruncation(StableDiffusion loaded, GenerationRequest request) {
    for (String text : List.of(request.prompt(), request.negativePrompt())) {
      loaded
          .tokenizer()
          .encode(text)
          .truncatedText()
          .ifPresent(
              lost ->
                  err()
                      .printf(
                          "The prompt is longer than the %d tokens the model reads; left out: '%s'.%n",
                          loaded.tokenizer().modelMaxLength(), lost));
    }
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
