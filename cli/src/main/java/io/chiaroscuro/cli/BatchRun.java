package io.chiaroscuro.cli;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.order.OrderedPicture;
import io.chiaroscuro.order.PictureOrder;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.SeededLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import picocli.CommandLine;

/**
 * Makes the pictures of a batch file, those that are alike but for prompt, seed and leak together.
 * What an earlier run has made is left as it is, so that the same command continues a batch that
 * was interrupted.
 */
final class BatchRun {

  private static final String RESULTS = "results.jsonl";

  /** As a shell counts an end by Ctrl-C. */
  private static final int INTERRUPTED = 130;

  private record Failure(BatchPicture picture, String reason) {

    Map<String, Object> describe() {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("line", picture.row().line());
      facts.put("seed", picture.seed());
      facts.put("reason", reason);
      return facts;
    }
  }

  private final StableDiffusion model;
  private final BatchLeaks leaks;
  private final Path outputDir;
  private final int batchSize;
  private final JsonOption json;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Map<String, String> provenance;
  private final BatchResults results;
  private final List<Failure> failures = new ArrayList<>();
  private volatile boolean isStopped;

  /**
   * @param leaks of all rows, read
   */
  BatchRun(
      AdaptedModel adapted,
      BatchLeaks leaks,
      Path outputDir,
      int batchSize,
      JsonOption json,
      CommandLine command) {
    this.model = adapted.model();
    this.leaks = leaks;
    this.outputDir = outputDir;
    this.batchSize = batchSize;
    this.json = json;
    this.out = command.getOut();
    this.err = command.getErr();
    this.provenance = Rendering.provenance(adapted);
    this.results = new BatchResults(outputDir.resolve(RESULTS));
  }

  /**
   * Makes all pictures, or all until somebody presses Ctrl-C.
   *
   * @return the exit code
   * @throws io.chiaroscuro.InvalidInputException naming file and line of what does not suit the
   *     model, before the first picture is begun
   */
  int run(List<BatchRow> rows) {
    List<BatchPicture> pictures = new ArrayList<>();
    rows.forEach(row -> row.saying(() -> pictures.addAll(pictures(row))));
    Map<Path, BatchPicture> missing = new LinkedHashMap<>();
    List<BatchPicture> twins = new ArrayList<>();
    long stepsBefore = 0;
    for (BatchPicture picture : pictures) {
      OptionalDouble made = picture.row().saying(() -> picture.made());
      if (made.isPresent()) {
        results.addMade(picture, made.getAsDouble());
        stepsBefore += steps(picture);
      } else if (missing.putIfAbsent(picture.file(), picture) != null) {
        twins.add(picture);
      }
    }
    long steps = missing.values().stream().mapToLong(this::steps).sum();
    int before = results.size();
    if (before > 0) {
      err.printf("%d of %d pictures are there already.%n", before, pictures.size());
    }
    results.write();
    try (var progress = Progress.resume("Denoising", stepsBefore, stepsBefore + steps, err);
        var interruption =
            new Interruption(
                () -> {
                  progress.say("Stopping after this step.");
                  isStopped = true;
                })) {
      batches(missing.values()).forEach(batch -> make(batch, progress));
      twins.forEach(twin -> twin.made().ifPresent(made -> results.addMade(twin, made)));
      results.write();
      if (isStopped) {
        progress.say(
            "Stopped with %d of %d pictures done; give the same command again to continue."
                .formatted(results.size(), pictures.size()));
        return INTERRUPTED;
      }
    }
    return report(pictures.size(), before);
  }

  /** The pictures of a row. */
  private List<BatchPicture> pictures(BatchRow row) {
    PictureOrder order = row.order();
    GenerationRequest request = order.picture().request(model, leaks.shape(row));
    row.image().steps(model, request); // refuses what model or sampler cannot take
    Map<String, String> image = row.image().describe();
    model.latentShape(request.width(), request.height());
    Optional<SignalLeak> leak = leaks.leak(row, model, request.width(), request.height());
    Truncation.warnings(model, request).forEach(said -> err.printf("%s: %s%n", row, said));
    int chunks =
        model
            .textEncoders()
            .chunks(List.of(request.prompt(), request.negativePrompt()), request.promptSyntax());
    List<BatchPicture> pictures = new ArrayList<>();
    for (int index = 0; index < order.count(); index++) {
      var picture = new OrderedPicture(order, index, request, image, leak, provenance);
      pictures.add(new BatchPicture(row, picture, chunks, outputDir.resolve(picture.fileName())));
    }
    return pictures;
  }

  private int steps(BatchPicture picture) {
    return picture.row().image().steps(model, picture.picture().request());
  }

  /** Pictures that are made together, in the order of the batch as far as that goes. */
  private List<List<BatchPicture>> batches(Collection<BatchPicture> pictures) {
    Map<BatchPicture.Company, List<BatchPicture>> open = new HashMap<>();
    List<List<BatchPicture>> batches = new ArrayList<>();
    for (BatchPicture picture : pictures) {
      List<BatchPicture> batch = open.get(picture.company());
      if (batch == null || batch.size() == batchSize) {
        batch = new ArrayList<>();
        open.put(picture.company(), batch);
        batches.add(batch);
      }
      batch.add(picture);
    }
    return batches;
  }

  /** What fails together is tried one by one: a bad picture shall not take others along. */
  private void make(List<BatchPicture> batch, Progress progress) {
    if (isStopped) {
      return;
    }
    List<RgbImage> images;
    try {
      images = images(batch, progress);
    } catch (RuntimeException | OutOfMemoryError e) {
      if (batch.size() > 1) {
        batch.forEach(picture -> make(List.of(picture), progress));
      } else {
        fail(batch.get(0), e, progress);
      }
      return;
    }
    for (int i = 0; i < images.size(); i++) {
      BatchPicture picture = batch.get(i);
      double brightness = Brightness.of(images.get(i)).mean();
      PngFile.write(picture.file(), images.get(i), picture.picture().text(brightness));
      results.add(picture, brightness);
    }
  }

  private void fail(BatchPicture picture, Throwable e, Progress progress) {
    Failure failure = new Failure(picture, OneSentence.sentence(e));
    failures.add(failure);
    progress.say("%s, seed %d: %s".formatted(picture.row(), picture.seed(), failure.reason()));
  }

  /** The finished pictures; none if it was stopped on the way. */
  private List<RgbImage> images(List<BatchPicture> batch, Progress progress) {
    BatchPicture first = batch.get(0);
    GenerationRequest request =
        first
            .picture()
            .request()
            .withPrompts(batch.stream().map(p -> p.picture().request().prompt()).toList());
    LatentShape shape = model.latentShape(request.width(), request.height());
    long total = (long) steps(first) * batch.size();
    long taken = 0;
    try (var scope = new TensorScope();
        var generators =
            SeededGenerators.of(batch.stream().mapToLong(BatchPicture::seed).toArray());
        var source = first.row().image().open(model, request.width(), request.height());
        var generation =
            source
                .task()
                .start(
                    request,
                    batch.size(),
                    () ->
                        generators.randn(
                            batch.size(), shape.channels(), shape.height(), shape.width()),
                    leaks(batch),
                    generators)) {
      while (generation.hasNext()) {
        if (isStopped) {
          return List.of();
        }
        generation.next();
        taken += batch.size();
        progress.step(batch.size(), "");
      }
      return generation.images().stream().map(source::finished).toList();
    } catch (RuntimeException | OutOfMemoryError e) {
      // What is tried again is counted again, what is not is done with.
      progress.step(batch.size() > 1 ? -taken : total - taken, "");
      throw e;
    }
  }

  /** Of pictures that are made together all have a leak, or none. */
  private static Optional<SeededLeak> leaks(List<BatchPicture> batch) {
    List<OrderedPicture> pictures = batch.stream().map(BatchPicture::picture).toList();
    List<SignalLeak> leaks = pictures.stream().flatMap(picture -> picture.leak().stream()).toList();
    return leaks.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new SeededLeak(leaks, pictures.stream().map(OrderedPicture::leakSeed).toList()));
  }

  private int report(int pictures, int before) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("pictures", results.describe());
    result.put("made_before", before);
    result.put("failed", failures.stream().map(Failure::describe).toList());
    result.put("results", results.file().toString());
    json.print(
        out,
        result,
        String.format(
            Locale.ROOT,
            "%s  %d of %d pictures (%d made before), mean brightness %.3f",
            results.file(),
            results.size(),
            pictures,
            before,
            results.meanBrightness()));
    if (failures.isEmpty()) {
      return 0;
    }
    err.printf(
        "chiaroscuro: %d of %d pictures could not be made (%s); correct their lines and give the same command again.%n",
        failures.size(),
        pictures,
        failures.stream()
            .map(failure -> failure.picture().row().toString())
            .distinct()
            .collect(Collectors.joining("; ")));
    return CommandLine.ExitCode.SOFTWARE;
  }
}
