package io.chiaroscuro.cli;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ContactSheet;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Makes the pictures of one request, seed after seed, and writes each as soon as it is done. */
final class Rendering {

  /**
   * A picture that was written.
   *
   * @param shows what it shows: {@code with}, {@code without}, {@code leak} or {@code initial}
   * @param brightness mean over all pixels and channels, 0 to 1
   */
  record Picture(Path file, long seed, String shows, double brightness, RgbImage image) {

    Map<String, Object> describe() {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("file", file.toString());
      facts.put("seed", seed);
      facts.put("shows", shows);
      facts.put("brightness", brightness);
      return facts;
    }
  }

  private static final String WITH = "with";
  private static final String WITHOUT = "without";

  private final StableDiffusion model;
  private final GenerationRequest request;
  private final LatentShape shape;
  private final LeakOptions leakOptions;
  private final LatentOptions latentOptions;
  private final Path outputDir;
  private final long firstSeed;
  private final int count;
  private final Progress progress;
  private final Map<String, String> provenance;

  Rendering(
      AdaptedModel adapted,
      GenerationRequest request,
      LeakOptions leakOptions,
      LatentOptions latentOptions,
      Path outputDir,
      long firstSeed,
      int count,
      Progress progress) {
    this.model = adapted.model();
    this.request = request;
    this.shape = model.latentShape(request.width(), request.height());
    this.leakOptions = leakOptions;
    this.latentOptions = latentOptions;
    this.outputDir = outputDir;
    this.firstSeed = firstSeed;
    this.count = count;
    this.progress = progress;
    this.provenance = provenance(model, request);
    this.provenance.putAll(adapted.describe());
  }

  /** One picture a seed, with the leak if there is one. */
  List<Picture> pictures(Optional<SignalLeak> leak) {
    List<Picture> pictures = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      try (var scope = new TensorScope()) {
        Optional<Tensor> sample = Optional.empty();
        if (leak.isPresent()) {
          sample = Optional.of(sample(leak.get(), index));
        }
        String name = "seed-%d".formatted(seed(index));
        pictures.add(render(index, name, leak, sample));
      }
    }
    return pictures;
  }

  /**
   * Four pictures a seed, the row of the authors' README: initial latents, picture without the
   * leak, the leak itself, picture with it.
   */
  List<Picture> comparison(SignalLeak leak) {
    List<Picture> pictures = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      try (var scope = new TensorScope();
          var generator = new SeededGenerator(seed(index))) {
        String name = "seed-%d".formatted(seed(index));
        Tensor noise = latentOptions.noise(shape, count, index, generator);
        Tensor sample = sample(leak, index);
        pictures.add(write(index, name + "-initial", "initial", decode(noise), Map.of()));
        pictures.add(render(index, name + "-without", Optional.empty(), Optional.empty()));
        pictures.add(
            write(index, name + "-leak", "leak", decode(sample), leakOptions.describe(leak)));
        pictures.add(render(index, name + "-with", Optional.of(leak), Optional.of(sample)));
      }
    }
    return pictures;
  }

  /** All comparisons on one sheet, a row a seed, the mean brightness under each picture. */
  Path contactSheet(List<Picture> pictures) {
    List<ContactSheet.Row> rows = new ArrayList<>();
    int columns = pictures.size() / count;
    for (int row = 0; row < count; row++) {
      List<Picture> cells = pictures.subList(row * columns, (row + 1) * columns);
      rows.add(
          new ContactSheet.Row(
              "seed " + cells.get(0).seed(),
              cells.stream()
                  .map(p -> new ContactSheet.Cell(p.image(), "mean %.3f".formatted(p.brightness())))
                  .toList()));
    }
    ContactSheet sheet =
        new ContactSheet(
            request.prompt(),
            List.of("Initial latents", "Without leak", "Signal leak", "With leak"),
            rows);
    Path file = free("contact-sheet");
    PngFile.write(file, sheet.draw(), provenance);
    return file;
  }

  private Picture render(
      int index, String name, Optional<SignalLeak> leak, Optional<Tensor> sample) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(seed(index))) {
      Tensor noise = latentOptions.noise(shape, count, index, generator);
      try (var generation =
          sample.isPresent()
              ? Generation.withLeak(model, request, noise, sample.get(), generator)
              : Generation.withoutLeak(model, request, noise, generator)) {
        latentOptions.saveInitial(name, generation.initialLatents());
        while (generation.hasNext()) {
          var step = generation.next();
          latentOptions.saveStep(name, step.index(), step.total(), step.latents());
          progress.step();
        }
        return write(
            index,
            name,
            sample.isPresent() ? WITH : WITHOUT,
            generation.image(),
            leak.map(leakOptions::describe).orElse(Map.of()));
      }
    }
  }

  private Picture write(
      int index, String name, String shows, RgbImage image, Map<String, String> leakFacts) {
    Map<String, String> text = new LinkedHashMap<>(provenance);
    text.put("seed", String.valueOf(seed(index)));
    text.put("shows", shows);
    if (!leakFacts.isEmpty()) {
      text.putAll(leakFacts);
      text.put("leak_sample_seed", String.valueOf(leakOptions.seed(seed(index), index)));
    }
    Path file = free(name);
    PngFile.write(file, image, text);
    return new Picture(file, seed(index), shows, Brightness.of(image).mean(), image);
  }

  private Tensor sample(SignalLeak leak, int index) {
    try (var generator = new SeededGenerator(leakOptions.seed(seed(index), index))) {
      return leak.sample(generator, 1);
    }
  }

  private RgbImage decode(Tensor latents) {
    return model.decode(latents).get(0);
  }

  private long seed(int index) {
    return firstSeed + index;
  }

  /** A name not taken yet: pictures of an earlier run are never overwritten. */
  private Path free(String name) {
    Path file = outputDir.resolve(name + ".png");
    for (int number = 2; Files.exists(file); number++) {
      file = outputDir.resolve("%s.%d.png".formatted(name, number));
    }
    return file;
  }

  private static Map<String, String> provenance(StableDiffusion model, GenerationRequest request) {
    Map<String, String> facts = new LinkedHashMap<>(request.describe());
    facts.put("model", model.checkpoint().name());
    facts.put("model_hash", model.checkpoint().hash());
    facts.put("dtype", model.dtype().toString());
    facts.put("device", model.device().toString());
    facts.put("Software", "Chiaroscuro " + Version.current());
    return facts;
  }
}
