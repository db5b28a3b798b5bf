package io.chiaroscuro.benchmarks;

import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What statistics do besides encoding; ours only. */
final class StatisticsJobs {

  private static final int CHANNELS = 4;

  private StatisticsJobs() {}

  /** All pictures of {@code folder} from file to pixels. */
  static Measured prepare(int size, Path folder) {
    List<Path> files = ImageFolder.list(folder);
    return Measured.of(
        () -> {
          for (Path file : files) {
            Crop.center(Resize.shorterSide(ImageDecoder.decode(file), size), size, size);
          }
        });
  }

  /** Takes in {@code count} latents of {@code side} x {@code side}, one by one. */
  static Measured fold(int side, int components, int count) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0);
        var accumulator = accumulator(side, components)) {
      Tensor latents = generator.randn(1, CHANNELS, side, side);
      return Measured.of(
          () -> {
            for (int i = 0; i < count; i++) {
              accumulator.add(latents);
            }
          });
    }
  }

  /** Merges two partitions' states into one, {@code count} times, from bytes to bytes. */
  static Measured merge(int side, int components, int count) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0);
        var part = accumulator(side, components)) {
      part.add(generator.randn(2, CHANNELS, side, side));
      byte[] state = part.toBytes();
      return Measured.of(
          () -> {
            for (int i = 0; i < count; i++) {
              try (var one = LeakAccumulator.of(state);
                  var other = LeakAccumulator.of(state)) {
                one.merge(other);
                one.toBytes();
              }
            }
          });
    }
  }

  private static LeakAccumulator accumulator(int side, int components) {
    return LeakAccumulator.dctPixel(new LatentShape(CHANNELS, side, side), components);
  }
}
