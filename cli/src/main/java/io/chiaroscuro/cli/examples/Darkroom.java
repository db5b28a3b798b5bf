package io.chiaroscuro.cli.examples;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.file.FileHash;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Makes an example's pictures, one at a time, and keeps those that an earlier run made with the
 * same settings: these stand in every PNG.
 */
final class Darkroom {

  /**
   * A picture that lies there.
   *
   * @param file relative to the example's folder
   */
  record Print(String file, Wanted wanted, RgbImage image) {
    double brightness() {
      return Brightness.of(image).mean();
    }
  }

  private final StableDiffusion model;
  private final ExampleRequest example;
  private final GenerationRequest request;
  private final LatentShape shape;
  private final Map<String, String> provenance;
  private final String leakHash;
  private final Watch watch;

  /**
   * @param word what the prompt uses, if anything
   * @param leakHash of the statistics that leaks are drawn from
   */
  Darkroom(
      StableDiffusion model,
      ExampleRequest example,
      List<LearnedEmbedding> word,
      String leakHash,
      Watch watch) {
    this.model = model;
    this.example = example;
    this.request =
        new GenerationRequest(
            example.example().prompt(),
            "",
            example.size(),
            example.size(),
            example.steps(),
            example.example().guidanceScale(),
            0,
            0,
            model.schedulerConfig());
    this.shape = model.latentShape(example.size(), example.size());
    this.leakHash = leakHash;
    this.watch = watch;
    this.provenance = new LinkedHashMap<>(request.describe());
    provenance.put("example", example.example().name());
    provenance.putAll(model.describe());
    for (LearnedEmbedding embedding : word) {
      Path file = example.embedding().orElseThrow();
      provenance.put("embedding", file.getFileName() + ":" + embedding.token());
      provenance.put("embedding_hash", FileHash.of(file));
    }
  }

  LatentShape shape() {
    return shape;
  }

  /** How all pictures are made, for what shows several of them. */
  Map<String, String> provenance() {
    return provenance;
  }

  /** The pictures in the order in which they are wanted. */
  List<Print> make(List<Wanted> all) {
    long steps = request.steps();
    long generated = all.stream().filter(wanted -> wanted.shows().isGenerated()).count();
    List<Wanted> missing = all.stream().filter(wanted -> !isKept(wanted)).toList();
    long left = missing.stream().filter(wanted -> wanted.shows().isGenerated()).count();
    if (!missing.isEmpty()) {
      try (var task =
          watch.begin(
              example.example() + ": denoising", steps * (generated - left), steps * generated)) {
        missing.forEach(wanted -> make(wanted, task));
      }
    }
    List<Print> prints = new ArrayList<>();
    for (Wanted wanted : all) {
      prints.add(new Print(name(wanted), wanted, ImageDecoder.decode(file(wanted))));
    }
    return prints;
  }

  private boolean isKept(Wanted wanted) {
    Path file = file(wanted);
    try {
      return Files.exists(file) && PngFile.readText(file).equals(facts(wanted));
    } catch (InvalidInputException damaged) {
      return false;
    }
  }

  private void make(Wanted wanted, Watch.Task task) {
    try (var scope = new TensorScope()) {
      RgbImage image =
          switch (wanted.shows()) {
            case INITIAL -> model.decode(noise(wanted)).get(0);
            case LEAK -> model.decode(leak(wanted)).get(0);
            case WITHOUT, WITH -> generated(wanted, task);
          };
      PngFile.write(file(wanted), image, facts(wanted));
    }
  }

  private RgbImage generated(Wanted wanted, Watch.Task task) {
    try (var generators = SeededGenerators.consecutive(wanted.seed(), 1)) {
      // The sampler goes on with the generator where the initial latents left it.
      Tensor noise = generators.randn(1, shape.channels(), shape.height(), shape.width());
      try (var generation =
          wanted.leak().isPresent()
              ? Generation.withLeak(model, request, noise, leak(wanted), generators)
              : Generation.withoutLeak(model, request, noise, generators)) {
        while (generation.hasNext()) {
          generation.next();
          task.step(1);
        }
        return generation.image();
      }
    }
  }

  private Tensor noise(Wanted wanted) {
    try (var generator = new SeededGenerator(wanted.seed())) {
      return generator.randn(1, shape.channels(), shape.height(), shape.width());
    }
  }

  private static Tensor leak(Wanted wanted) {
    try (var generator = new SeededGenerator(wanted.leakSeed())) {
      return wanted.leak().orElseThrow().sample(generator, 1);
    }
  }

  /** How the picture is made: it is kept as long as nothing of this changes. */
  private Map<String, String> facts(Wanted wanted) {
    Map<String, String> facts = new LinkedHashMap<>(provenance);
    facts.put("seed", String.valueOf(wanted.seed()));
    facts.put("shows", wanted.shows().toString());
    if (wanted.leak().isPresent()) {
      SignalLeak leak = wanted.leak().get();
      leak.provenance().forEach((name, value) -> facts.put("leak_" + name, value));
      leak.controls().describe().forEach((name, value) -> facts.put("leak_" + name, value));
      facts.put("leak_hash", leakHash);
      facts.put("leak_sample_seed", String.valueOf(wanted.leakSeed()));
    }
    return facts;
  }

  private Path file(Wanted wanted) {
    return example.folder().resolve(name(wanted));
  }

  private static String name(Wanted wanted) {
    return wanted.name() + ".png";
  }
}
