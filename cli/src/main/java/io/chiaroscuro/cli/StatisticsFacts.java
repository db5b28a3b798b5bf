package io.chiaroscuro.cli;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.LeakSummary;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.AutoencoderKL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** Signal-leak statistics, whoever wrote them: what they model and what pictures they imply. */
final class StatisticsFacts {

  private static final int FREQUENCIES_SHOWN = 10;

  private StatisticsFacts() {}

  /** Whether {@code folder} holds statistics. */
  static boolean fit(Path folder) {
    return Files.isRegularFile(folder.resolve("stats.safetensors"));
  }

  /**
   * @param model whose VAE shows what the mean leak looks like, where one is given
   */
  static Facts of(Path folder, Optional<Path> model) {
    try (LeakStatistics statistics = LeakStatistics.read(folder)) {
      LeakSummary summary = statistics.summary();
      LatentShape shape = summary.shape();
      List<Integer> resolution = resolution(statistics.provenance().get("resolution"), shape);
      Facts facts =
          new Facts()
              .add("kind", "statistics", "signal-leak statistics")
              .add("path", folder.toString())
              .add("statistic_type", summary.type().toString());
      if (!summary.frequencies().isEmpty()) {
        facts
            .add("n_components", summary.frequencies().size())
            .add("frequencies", pairs(summary), prose(summary));
      }
      facts
          .add(
              "latents",
              List.of(shape.channels(), shape.height(), shape.width()),
              "%d channels of %dx%d".formatted(shape.channels(), shape.width(), shape.height()))
          .add("resolution", resolution, "%dx%d pixels".formatted(resolution.toArray()));
      summary
          .imageCount()
          .ifPresentOrElse(
              count -> facts.add("image_count", count),
              () -> facts.add("image_count", null, "not recorded"));
      facts.add("channels", channels(summary), channelsProse(summary));
      if (!statistics.provenance().isEmpty()) {
        facts.add("provenance", new TreeMap<>(statistics.provenance()));
      }
      model.ifPresentOrElse(
          checkpoint -> facts.add("brightness", brightness(statistics, checkpoint)),
          () ->
              facts.add(
                  "brightness",
                  null,
                  "only a VAE can tell which brightness these latents imply; add --model NAME"));
      return facts;
    }
  }

  /** That of the picture whose latents are the mean leak. */
  /** As recorded; files of others record none, and are of Stable Diffusion's scale. */
  private static List<Integer> resolution(String recorded, LatentShape shape) {
    return recorded != null && recorded.matches("\\d{1,6}x\\d{1,6}")
        ? Stream.of(recorded.split("x")).map(Integer::valueOf).toList()
        : List.of(shape.imageWidth(), shape.imageHeight());
  }

  private static double brightness(LeakStatistics statistics, Path model) {
    try (var vae =
            AutoencoderKL.load(
                new SingleFileOptions().checkpoint(model), DType.FLOAT32, Device.CPU);
        var scope = new TensorScope()) {
      Tensor latents = Tensors.to(statistics.meanLatents(), Device.CPU, DType.FLOAT32);
      RgbImage picture = RgbImage.fromTensor(vae.decode(vae.unscale(latents))).get(0);
      return Brightness.of(picture).mean();
    }
  }

  private static List<List<Integer>> pairs(LeakSummary summary) {
    return summary.frequencies().stream().map(f -> List.of(f.u(), f.v())).toList();
  }

  private static String prose(LeakSummary summary) {
    int count = summary.frequencies().size();
    return summary.frequencies().stream()
            .limit(FREQUENCIES_SHOWN)
            .map(f -> "(%d,%d)".formatted(f.u(), f.v()))
            .collect(Collectors.joining(" "))
        + (count > FREQUENCIES_SHOWN ? " and %d more".formatted(count - FREQUENCIES_SHOWN) : "");
  }

  /** Of each channel the mean over the picture, and its spread from picture to picture. */
  private static List<Map<String, Double>> channels(LeakSummary summary) {
    return IntStream.range(0, summary.channelMeans().size())
        .mapToObj(
            c ->
                Map.of(
                    "mean", summary.channelMeans().get(c),
                    "spread", summary.channelSpreads().get(c)))
        .toList();
  }

  private static String channelsProse(LeakSummary summary) {
    return IntStream.range(0, summary.channelMeans().size())
        .mapToObj(
            c ->
                String.format(
                    Locale.ROOT,
                    "%d: mean %+.4f, spread %.4f from picture to picture",
                    c,
                    summary.channelMeans().get(c),
                    summary.channelSpreads().get(c)))
        .collect(Collectors.joining("\n", "\n", ""));
  }
}
