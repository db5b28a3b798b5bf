package io.chiaroscuro.leak;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.safetensors.TensorEntry;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Statistics on disk: {@code stats.safetensors} beside {@code statistic_type.txt}. */
final class StatisticsFolder {

  static final String STATS = "stats.safetensors";
  static final String TYPE = "statistic_type.txt";
  static final String INDICES = "lf_indices";

  /** Float32 rounding may make the two halves of a covariance differ by this share. */
  private static final double ASYMMETRY = 1e-4;

  /** Bytes to look at of a file that holds a word. */
  private static final int LONGEST_TYPE = 40;

  private final Path folder;
  private final SafetensorsFile file;

  private StatisticsFolder(Path folder, SafetensorsFile file) {
    this.folder = folder;
    this.file = file;
  }

  /**
   * The type is taken away before the tensors of another type replace the old ones: at any moment
   * the folder holds tensors without a type, which speak for themselves, or with the right one.
   */
  static void write(LeakStatistics statistics, Path folder) {
    try (var scope = new TensorScope()) {
      Map<String, Tensor> tensors = new HashMap<>();
      statistics.tensors().forEach((name, t) -> tensors.put(name, t.to(DType.FLOAT32.torch())));
      if (statistics instanceof DctPixelStatistics dctPixel) {
        tensors.put(INDICES, DctPixelStatistics.indices(dctPixel.basis()));
      }
      Path type = folder.resolve(TYPE);
      String text = statistics.type().toString();
      removeUnless(text, type);
      SafetensorsWriter.write(folder.resolve(STATS), tensors, statistics.provenance());
      AtomicFile.write(type, temporary -> Files.writeString(temporary, text));
    }
  }

  private static void removeUnless(String text, Path type) {
    try {
      if (Files.exists(type) && !textOf(type).equals(text)) {
        Files.delete(type);
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot replace %s (%s); check that it is a text file and its folder writable."
              .formatted(type, AtomicFile.reason(e)),
          e);
    }
  }

  /** The file's text, or its beginning, without the newline that an editor may have added. */
  private static String textOf(Path type) throws IOException {
    try (InputStream in = Files.newInputStream(type)) {
      return new String(in.readNBytes(LONGEST_TYPE), StandardCharsets.UTF_8).strip();
    }
  }

  static LeakStatistics read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "%s is not a folder; give the folder that holds %s and %s."
              .formatted(folder, STATS, TYPE));
    }
    try (var file = SafetensorsFile.open(folder.resolve(STATS));
        var scope = new TensorScope()) {
      var reader = new StatisticsFolder(folder, file);
      return switch (reader.type()) {
        case PIXEL -> reader.pixel();
        case DCT_PIXEL -> reader.dctPixel();
      };
    }
  }

  private StatisticType type() {
    StatisticType held = typeOfTensors();
    Path path = folder.resolve(TYPE);
    if (!Files.exists(path)) {
      return held;
    }
    String text;
    try {
      text = textOf(path);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); it holds pixel or dct+pixel.".formatted(path, AtomicFile.reason(e)),
          e);
    }
    if (Arrays.stream(StatisticType.values()).noneMatch(t -> t.toString().equals(text))) {
      throw new InvalidInputException(
          "%s holds '%s'; it must hold pixel or dct+pixel.".formatted(path, text));
    }
    StatisticType named = StatisticType.parse(text);
    if (named != held) {
      throw new InvalidInputException(
          "%s says %s, but %s holds the tensors of %s; put together the two files of one run."
              .formatted(path, named, STATS, held));
    }
    return named;
  }

  private StatisticType typeOfTensors() {
    if (file.entries().containsKey(PixelStatistics.MEAN)) {
      return StatisticType.PIXEL;
    }
    if (file.entries().containsKey(DctPixelStatistics.MEAN_LF)) {
      return StatisticType.DCT_PIXEL;
    }
    throw new InvalidInputException(
        "%s holds neither '%s' nor '%s', so it holds no signal-leak statistics; compute them with the stats command."
            .formatted(file.path(), PixelStatistics.MEAN, DctPixelStatistics.MEAN_LF));
  }

  private PixelStatistics pixel() {
    long[] shape = perElementShape(PixelStatistics.MEAN);
    return new PixelStatistics(
        finite(PixelStatistics.MEAN, shape),
        variance(PixelStatistics.VARIANCE, shape),
        file.metadata());
  }

  private DctPixelStatistics dctPixel() {
    long[] shape = perElementShape(DctPixelStatistics.MEAN_HF);
    long length = vectorLength(DctPixelStatistics.MEAN_LF);
    if (length % shape[0] != 0 || length / shape[0] > shape[1] * shape[2]) {
      throw broken(
          DctPixelStatistics.MEAN_LF,
          "has %d elements, which are no whole number of components of %d channels of %d x %d"
              .formatted(length, shape[0], shape[1], shape[2]));
    }
    Tensor covariance = finite(DctPixelStatistics.COVARIANCE_LF, length, length);
    requireVariances(DctPixelStatistics.COVARIANCE_LF, covariance.diagonal());
    requireSymmetric(DctPixelStatistics.COVARIANCE_LF, covariance);
    Tensor mean = finite(DctPixelStatistics.MEAN_LF, length);
    Tensor meanRemainder = finite(DctPixelStatistics.MEAN_HF, shape);
    Tensor varRemainder = variance(DctPixelStatistics.VARIANCE_HF, shape);
    LowFrequencyBasis basis = basis((int) shape[1], (int) shape[2], (int) (length / shape[0]));
    return new DctPixelStatistics(
        basis, new Gaussian(mean, covariance), meanRemainder, varRemainder, file.metadata());
  }

  private LowFrequencyBasis basis(int height, int width, int components) {
    if (!file.entries().containsKey(INDICES)) {
      return LowFrequencyBasis.lowest(height, width, components);
    }
    TensorEntry entry = file.entries().get(INDICES);
    if (entry.dtype().isFloatingPoint()
        || !Arrays.equals(entry.shape(), new long[] {components, 2})) {
      throw broken(INDICES, "is %s, not int64 (%d, 2)".formatted(entry, components));
    }
    try {
      return new LowFrequencyBasis(height, width, frequencies(file.tensor(INDICES)));
    } catch (InvalidInputException e) {
      throw broken(INDICES, "is no list of frequencies: " + e.getMessage());
    }
  }

  /** The frequencies that a tensor (n, 2) lists. */
  static List<Frequency> frequencies(Tensor indices) {
    long[] values = Tensors.longs(indices);
    List<Frequency> frequencies = new ArrayList<>(values.length / 2);
    for (int i = 0; i + 1 < values.length; i += 2) {
      frequencies.add(new Frequency(index(values[i]), index(values[i + 1])));
    }
    return frequencies;
  }

  /** What exceeds an int is out of range anyway, and must not wrap around into it. */
  private static int index(long value) {
    return (int) Math.max(-1, Math.min(Integer.MAX_VALUE, value));
  }

  private long[] perElementShape(String name) {
    long[] shape = entry(name).shape();
    if (shape.length != 3 || Arrays.stream(shape).anyMatch(axis -> axis < 1)) {
      throw broken(name, "has the shape %s, not (C, h, w)".formatted(Arrays.toString(shape)));
    }
    return shape;
  }

  private long vectorLength(String name) {
    long[] shape = entry(name).shape();
    if (shape.length != 1 || shape[0] < 1) {
      throw broken(name, "has the shape %s, not (n C,)".formatted(Arrays.toString(shape)));
    }
    return shape[0];
  }

  private TensorEntry entry(String name) {
    TensorEntry entry = file.entries().get(name);
    if (entry == null) {
      throw broken(name, "is missing");
    }
    if (!entry.dtype().isFloatingPoint()) {
      throw broken(name, "has the dtype %s, not float32".formatted(entry.dtype()));
    }
    return entry;
  }

  /** The tensor in float64, after a look at its shape and its values. */
  private Tensor finite(String name, long... shape) {
    if (!Arrays.equals(entry(name).shape(), shape)) {
      throw broken(
          name,
          "has the shape %s where the others ask for %s"
              .formatted(Arrays.toString(entry(name).shape()), Arrays.toString(shape)));
    }
    Tensor tensor = file.tensor(name).to(DType.FLOAT64.torch());
    if (!Tensors.isFinite(tensor)) {
      throw broken(name, "contains NaN or infinite values");
    }
    return tensor;
  }

  private Tensor variance(String name, long... shape) {
    Tensor variance = finite(name, shape);
    requireVariances(name, variance);
    return variance;
  }

  private void requireVariances(String name, Tensor variances) {
    double smallest = variances.min().item_double();
    if (smallest < 0) {
      throw broken(name, "contains the negative variance %.3g".formatted(smallest));
    }
  }

  private void requireSymmetric(String name, Tensor covariance) {
    double largest = covariance.abs().max().item_double();
    double difference = covariance.sub(covariance.transpose(0, 1)).abs().max().item_double();
    if (difference > ASYMMETRY * largest) {
      throw broken(name, "is not symmetric");
    }
  }

  private InvalidInputException broken(String tensor, String what) {
    return new InvalidInputException(
        "In %s the tensor '%s' %s; compute the statistics again."
            .formatted(file.path(), tensor, what));
  }
}
