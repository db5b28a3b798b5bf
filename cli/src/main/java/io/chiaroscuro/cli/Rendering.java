package io.chiaroscuro.cli;

import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.order.LeakSettings;
import io.chiaroscuro.order.OrderedPicture;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.GenerationTask;
import io.chiaroscuro.pipeline.SeededLeak;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Denoises the pictures of one request, seed after seed, each batch when it is asked for. */
final class Rendering {

  private final GenerationTask task;
  private final GenerationRequest request;
  private final LatentShape shape;
  private final LeakSettings leakSettings;
  private final int count;
  private final int batchSize;
  private final DenoisingWatch watch;
  private final String stage;

  /**
   * @param stage what the names of latents and previews from the way end with
   */
  Rendering(
      GenerationTask task,
      GenerationRequest request,
      LatentShape shape,
      LeakSettings leakSettings,
      int count,
      int batchSize,
      DenoisingWatch watch,
      String stage) {
    this.task = task;
    this.request = request;
    this.shape = shape;
    this.leakSettings = leakSettings;
    this.count = count;
    this.batchSize = batchSize;
    this.watch = watch;
    this.stage = stage;
  }

  /** One picture a seed, with the leak if there is one. */
  Stream<Exposure> pictures(Optional<SignalLeak> leak) {
    return batches().mapToObj(first -> denoised(first, "", leak));
  }

  /**
   * Four pictures a seed, the row of the authors' README: initial latents, picture without the
   * leak, the leak itself, picture with it.
   */
  Stream<Exposure> comparison(SignalLeak leak) {
    return batches()
        .boxed()
        .flatMap(
            first ->
                Stream.<Supplier<Exposure>>of(
                    () -> noise(first),
                    () -> denoised(first, "-without", Optional.empty()),
                    () -> sample(first, leak),
                    () -> denoised(first, "-with", Optional.of(leak))))
        .map(Supplier::get);
  }

  private IntStream batches() {
    return IntStream.iterate(0, first -> first < count, first -> first + batchSize);
  }

  private Exposure denoised(int first, String suffix, Optional<SignalLeak> leak) {
    var generators = generators(first);
    try (var scope = new TensorScope();
        var generation =
            task.start(
                request,
                generators.size(),
                () -> watch.latents().noise(shape, count, first, generators),
                leak.map(l -> seeded(l, first)),
                generators)) {
      for (int i = 0; i < generators.size(); i++) {
        watch
            .latents()
            .saveInitial(
                watch.folder().name(first + i) + suffix,
                generation.initialLatents().narrow(0, i, 1));
      }
      watch.denoise(generation, first, suffix + stage);
      return Exposure.of(
          first,
          suffix,
          leak.isPresent() ? "with" : "without",
          leak.map(leakSettings::describe).orElse(Map.of()),
          generation.latents(),
          Optional.of(generators));
    } catch (RuntimeException e) {
      generators.close();
      throw e;
    }
  }

  private Exposure noise(int first) {
    try (var scope = new TensorScope();
        var generators = generators(first)) {
      return Exposure.of(
          first,
          "-initial",
          "initial",
          Map.of(),
          watch.latents().noise(shape, count, first, generators),
          Optional.empty());
    }
  }

  private Exposure sample(int first, SignalLeak leak) {
    try (var scope = new TensorScope()) {
      return Exposure.of(
          first,
          "-leak",
          "leak",
          leakSettings.describe(leak),
          seeded(leak, first).sample(),
          Optional.empty());
    }
  }

  private SeededGenerators generators(int first) {
    return SeededGenerators.consecutive(watch.folder().seed(first), batch(first));
  }

  private SeededLeak seeded(SignalLeak leak, int first) {
    return new SeededLeak(
        leak,
        IntStream.range(first, first + batch(first))
            .mapToObj(index -> leakSettings.seed(watch.folder().seed(index), index))
            .toList());
  }

  private int batch(int first) {
    return Math.min(batchSize, count - first);
  }

  /** What made a picture, beside what was asked for. */
  static Map<String, String> provenance(AdaptedModel adapted) {
    Map<String, String> facts = new LinkedHashMap<>(OrderedPicture.provenance(adapted.model()));
    facts.putAll(adapted.describe());
    return facts;
  }
}
