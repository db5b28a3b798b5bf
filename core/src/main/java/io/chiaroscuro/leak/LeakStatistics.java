package io.chiaroscuro.leak;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;

/**
 * What is known of a set of training latents: enough to draw a new signal leak.
 *
 * <p>Estimates are unbiased (divided by n - 1). Tensors are float64, belong to this object and are
 * freed when it closes.
 */
public sealed interface LeakStatistics extends AutoCloseable
    permits PixelStatistics, DctPixelStatistics {

  /** The provenance's key for the number of images behind the statistics. */
  String IMAGE_COUNT = "image_count";

  StatisticType type();

  /** The latents that are modelled. */
  LatentShape shape();

  /** Where the statistics come from: model, data folder, resolution, seed and the like. */
  Map<String, String> provenance();

  /** The tensors by their names on disk. */
  Map<String, Tensor> tensors();

  /** The mean of all leaks, (1, C, h, w), float64; kept in the caller's scope. */
  Tensor meanLatents();

  /** What the statistics imply for the mean of each channel. */
  LeakSummary summary();

  /** How many images the statistics come from; files written by the reference do not say. */
  default OptionalLong imageCount() {
    String count = provenance().getOrDefault(IMAGE_COUNT, "");
    return count.matches("\\d{1,18}")
        ? OptionalLong.of(Long.parseLong(count))
        : OptionalLong.empty();
  }

  /** Whether {@code folder} holds statistics, whole or damaged. */
  static boolean exist(Path folder) {
    return Files.exists(folder.resolve(StatisticsFolder.STATS));
  }

  /**
   * Reads a folder that {@link #write} or the reference wrote. Files of the reference do not record
   * which frequencies they model; the lowest in the order of {@link Frequency#LOWEST_FIRST} are
   * assumed. The reference sorts frequencies by {@code sqrt(u^2 + v^2)} unstably, so where several
   * tie, its order may have been another: for n = 2, 3 and more, (0,1) and (1,0) may be exchanged.
   *
   * @throws io.chiaroscuro.InvalidInputException if a file is missing or broken, or a tensor is
   *     missing, misshapen or not a possible statistic; the message names file and tensor
   */
  static LeakStatistics read(Path folder) {
    return StatisticsFolder.read(folder);
  }

  /**
   * Writes {@code stats.safetensors} (float32) and {@code statistic_type.txt} into {@code folder},
   * as the reference does, with {@code lf_indices} (n, 2) int64 and the provenance besides. A crash
   * leaves the old pair or the new one readable.
   *
   * @throws io.chiaroscuro.InvalidInputException if the folder cannot be written
   */
  default void write(Path folder) {
    StatisticsFolder.write(this, folder);
  }

  @Override
  void close();
}
