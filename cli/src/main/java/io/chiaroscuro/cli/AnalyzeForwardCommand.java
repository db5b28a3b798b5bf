package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.analysis.NoiseByWavelength;
import io.chiaroscuro.analysis.NoiseByWavelength.Band;
import io.chiaroscuro.analysis.NoiseByWavelength.Level;
import io.chiaroscuro.analysis.WavelengthFigure;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro analyze forward}: the forward process, wavelength by wavelength. */
@Command(
    name = "forward",
    description = {
      "Noises a picture and tells for each band of wavelengths how much of it is left: the"
          + " signal-to-noise ratio, as a table and, with --output-dir, as a figure.",
      "A band holds k waves along the picture's longer side; DC is the mean. In the figure each"
          + " band is divided by the picture's factor, so that only the noise upon it differs.",
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro analyze forward photo.jpg --output-dir outputs",
      "  chiaroscuro analyze forward photo.jpg --model MODEL --latents --size 768x512 --json",
      "  chiaroscuro analyze forward photo.jpg --rescale-betas-zero-snr --timesteps 900,950,999",
    })
final class AnalyzeForwardCommand implements Runnable {

  private static final int LARGEST_SIDE = 4096;

  @Spec private CommandSpec spec;
  @Mixin private ScheduleOptions schedule;
  @Mixin private JsonOption json;

  @Parameters(paramLabel = "IMAGE", description = "The picture.")
  private Path image;

  @Option(
      names = "--timesteps",
      split = ",",
      defaultValue = "0,249,499,749,999",
      paramLabel = "T",
      description = "Where to look (default: ${DEFAULT-VALUE}); pure noise is shown beside them.")
  private List<Integer> timesteps;

  @Option(
      names = "--size",
      defaultValue = "512",
      paramLabel = "R|WxH",
      converter = ImageSize.Converter.class,
      description = "Size to which the picture is scaled and cropped (default: ${DEFAULT-VALUE}).")
  private ImageSize size;

  @Option(
      names = "--latents",
      description = "Noise the latents that --model's autoencoder makes of it, not the pixels.")
  private boolean latents;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Of the noise in the figure (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--output-dir",
      paramLabel = "FOLDER",
      description = "Where the figure forward.png is written.")
  private Path outputDir;

  @Override
  public void run() {
    if (Math.min(size.width(), size.height()) < 1
        || Math.max(size.width(), size.height()) > LARGEST_SIDE) {
      throw new InvalidInputException(
          "The size %dx%d cannot be analysed; choose sides of 1 to %d."
              .formatted(size.width(), size.height(), LARGEST_SIDE));
    }
    if (outputDir != null) {
      AtomicFile.requireFolder(outputDir);
    }
    var noise = new NoiseSchedule(schedule.noise());
    try (var scope = new TensorScope()) {
      Tensor values = values();
      var analysis = NoiseByWavelength.of(values, noise, timesteps);
      Facts facts =
          new Facts()
              .add("image", image.toString())
              .add("size", List.of(size.width(), size.height()), size.width() + "x" + size.height())
              .add("space", latents ? "latents" : "pixels")
              .add("bands", bands(analysis), bandsProse(analysis))
              .add("levels", levels(analysis), "\n" + signalToNoise(analysis));
      if (outputDir != null) {
        Path file = outputDir.resolve("forward.png");
        writeFigure(file, values, analysis);
        facts.add("figure", file.toString());
      }
      json.print(spec.commandLine().getOut(), facts.json(), facts.prose());
    }
  }

  /** The picture as it is noised, (1, C, h, w). */
  private Tensor values() {
    RgbImage covering =
        Resize.cover(ImageDecoder.decode(image, Orientation.UPRIGHT), size.width(), size.height());
    RgbImage picture = Crop.center(covering, size.width(), size.height());
    if (!latents) {
      return picture.toTensor();
    }
    Checkpoint checkpoint =
        schedule
            .checkpoint()
            .orElseThrow(
                () -> new InvalidInputException("Latents need an autoencoder; add --model NAME."));
    try (var encoder = LatentEncoder.load(checkpoint, Device.CPU, DType.FLOAT32)) {
      encoder.latentShape(size.width(), size.height());
      return encoder.encode(List.of(picture));
    }
  }

  private void writeFigure(Path file, Tensor values, NoiseByWavelength analysis) {
    String title =
        "%s: what noise leaves of its %s, by wavelength"
            .formatted(image.getFileName(), latents ? "latents" : "pixels");
    try (var generator = new SeededGenerator(seed)) {
      Tensor noise = generator.randn(Tensors.shape(values));
      PngFile.write(
          file,
          WavelengthFigure.draw(title, values, noise, analysis),
          Map.of("Description", title, "Seed", String.valueOf(seed)));
    }
  }

  private static List<Map<String, Object>> bands(NoiseByWavelength analysis) {
    List<Map<String, Object>> bands = new ArrayList<>();
    for (Band band : analysis.bands()) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("name", band.band().name());
      facts.put("from", band.band().from());
      facts.put("to", Double.isInfinite(band.band().to()) ? null : band.band().to());
      facts.put("frequencies", band.frequencies());
      facts.put("power", band.power());
      bands.add(facts);
    }
    return bands;
  }

  private static String bandsProse(NoiseByWavelength analysis) {
    return analysis.bands().stream()
        .map(band -> "%s of %d".formatted(band.band().name(), band.frequencies()))
        .collect(Collectors.joining(", ", "", " frequencies"));
  }

  private static List<Map<String, Object>> levels(NoiseByWavelength analysis) {
    List<Map<String, Object>> levels = new ArrayList<>();
    for (Level level : analysis.levels()) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("timestep", level.timestep().isPresent() ? level.timestep().getAsInt() : null);
      facts.put("alpha_cumprod", level.alphaCumprod());
      facts.put("share", level.signalRate());
      Map<String, Double> ratios = new LinkedHashMap<>();
      analysis
          .bands()
          .forEach(band -> ratios.put(band.band().name(), analysis.signalToNoise(band, level)));
      facts.put("signal_to_noise", ratios);
      levels.add(facts);
    }
    return levels;
  }

  private static String signalToNoise(NoiseByWavelength analysis) {
    var table = new Table(row("signal / noise", analysis, Level::toString));
    for (Band band : analysis.bands()) {
      table.add(
          row(
              band.band().toString(),
              analysis,
              level -> Table.number(analysis.signalToNoise(band, level))));
    }
    table.add(row("picture's factor", analysis, level -> Table.number(level.signalRate())));
    return table.prose();
  }

  private static List<String> row(
      String name, NoiseByWavelength analysis, Function<Level, String> cell) {
    return Stream.concat(Stream.of(name), analysis.levels().stream().map(cell)).toList();
  }
}
