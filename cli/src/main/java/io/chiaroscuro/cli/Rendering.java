package io.chiaroscuro.cli;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ContactSheet;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.SeededLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.DenoisingStep;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the pictures of one request, seed after seed, and writes each batch as soon as it is done.
 */
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
  private final ImageSource source;
  private final LatentShape shape;
  private final LeakOptions leakOptions;
  private final LatentOptions latentOptions;
  private final Previews previews;
  private final Path outputDir;
  private final long firstSeed;
  private final int count;
  private final int batchSize;
  private final Progress progress;
  private final Map<String, String> provenance;

  Rendering(
      AdaptedModel adapted,
      GenerationRequest request,
      ImageSource source,
      LeakOptions leakOptions,
      LatentOptions latentOptions,
      Previews previews,
      Path outputDir,
      long firstSeed,
      int count,
      int batchSize,
      Progress progress) {
    this.model = adapted.model();
    this.request = request;
    this.source = source;
    this.shape = model.latentShape(request.width(), request.height());
    this.leakOptions = leakOptions;
    this.latentOptions = latentOptions;
    this.previews = previews;
    this.outputDir = outputDir;
    this.firstSeed = firstSeed;
    this.count = count;
    this.batchSize = batchSize;
    this.progress = progress;
    this.provenance = new LinkedHashMap<>(request.describe());
    this.provenance.putAll(provenance(adapted));
    this.provenance.putAll(source.describe());
  }

  /** One picture a seed, with the leak if there is one. */
  List<Picture> pictures(Optional<SignalLeak> leak) {
    List<Picture> pictures = new ArrayList<>();
    for (int first = 0; first < count; first += batchSize) {
      pictures.addAll(render(first, "", leak));
    }
    return pictures;
  }

  /**
   * Four pictures a seed, the row of the authors' README: initial latents, picture without the
   * leak, the leak itself, picture with it.
   */
  List<Picture> comparison(SignalLeak leak) {
    List<Picture> pictures = new ArrayList<>();
    for (int first = 0; first < count; first += batchSize) {
      List<Picture> without = render(first, "-without", Optional.empty());
      List<Picture> with = render(first, "-with", Optional.of(leak));
      for (int i = 0; i < with.size(); i++) {
        int index = first + i;
        pictures.add(write(index, "-initial", "initial", decodedNoise(index), Map.of()));
        pictures.add(without.get(i));
        pictures.add(
            write(index, "-leak", "leak", decodedSample(leak, index), leakOptions.describe(leak)));
        pictures.add(with.get(i));
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

  /** Makes the batch that begins with {@code first}. */
  private List<Picture> render(int first, String suffix, Optional<SignalLeak> leak) {
    int batch = Math.min(batchSize, count - first);
    try (var scope = new TensorScope();
        var generators = SeededGenerators.consecutive(seed(first), batch)) {
      try (var generation =
          source
              .task()
              .start(
                  request,
                  batch,
                  () -> latentOptions.noise(shape, count, first, generators),
                  leak.map(l -> seeded(l, first, batch)),
                  generators)) {
        for (int i = 0; i < batch; i++) {
          latentOptions.saveInitial(
              name(first + i) + suffix, generation.initialLatents().narrow(0, i, 1));
        }
        while (generation.hasNext()) {
          DenoisingStep step = generation.next();
          saveStep(step, first, suffix);
          preview(step, first, suffix);
          progress.step(batch, "");
        }
        List<RgbImage> images = generation.images();
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
          pictures.add(
              write(
                  first + i,
                  suffix,
                  leak.isPresent() ? WITH : WITHOUT,
                  source.finished(images.get(i)),
                  leak.map(leakOptions::describe).orElse(Map.of())));
        }
        return pictures;
      }
    }
  }

  private void saveStep(DenoisingStep step, int first, String suffix) {
    try (var scope = new TensorScope()) {
      for (int i = 0; i < step.latents().size(0); i++) {
        latentOptions.saveStep(
            name(first + i) + suffix, step.index(), step.total(), step.latents().narrow(0, i, 1));
      }
    }
  }

  private void preview(DenoisingStep step, int first, String suffix) {
    if (previews.isDue(step)) {
      List<RgbImage> images = previews.of(step);
      for (int i = 0; i < images.size(); i++) {
        String name = "%s%s-preview-%03d".formatted(name(first + i), suffix, step.index() + 1);
        PngFile.write(free(name), images.get(i), provenance);
      }
    }
  }

  private Picture write(
      int index, String suffix, String shows, RgbImage image, Map<String, String> leakFacts) {
    Map<String, String> text = new LinkedHashMap<>(provenance);
    text.put("seed", String.valueOf(seed(index)));
    text.put("shows", shows);
    if (!leakFacts.isEmpty()) {
      text.putAll(leakFacts);
      text.put("leak_sample_seed", String.valueOf(leakOptions.seed(seed(index), index)));
    }
    Path file = free(name(index) + suffix);
    PngFile.write(file, image, text);
    return new Picture(file, seed(index), shows, Brightness.of(image).mean(), image);
  }

  private SeededLeak seeded(SignalLeak leak, int first, int batch) {
    List<Long> seeds = new ArrayList<>();
    for (int index = first; index < first + batch; index++) {
      seeds.add(leakOptions.seed(seed(index), index));
    }
    return new SeededLeak(leak, seeds);
  }

  private RgbImage decodedSample(SignalLeak leak, int index) {
    try (var scope = new TensorScope()) {
      return model.decode(seeded(leak, index, 1).sample()).get(0);
    }
  }

  private RgbImage decodedNoise(int index) {
    try (var scope = new TensorScope();
        var generators = SeededGenerators.consecutive(seed(index), 1)) {
      return model.decode(latentOptions.noise(shape, count, index, generators)).get(0);
    }
  }

  private String name(int index) {
    return "seed-%d".formatted(seed(index));
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

  /** What made a picture, beside what was asked for. */
  static Map<String, String> provenance(AdaptedModel adapted) {
    Map<String, String> facts = new LinkedHashMap<>(adapted.model().describe());
    facts.put("Software", "Chiaroscuro " + Version.current());
    facts.putAll(adapted.describe());
    return facts;
  }
}
