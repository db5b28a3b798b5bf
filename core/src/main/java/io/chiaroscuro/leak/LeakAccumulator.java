package io.chiaroscuro.leak;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/**
 * Estimates {@link LeakStatistics} in one pass: latents come in batches and are not kept, so the
 * memory it takes does not depend on how many come. Accumulators of parts merge into that of the
 * whole: to the last bit the same whatever the parts, their order, and the batches within. Not
 * thread-safe.
 */
public final class LeakAccumulator implements AutoCloseable {

  /** Above this, nobody waits for the covariance's eigenvalues either. */
  private static final long MAX_COVARIANCE_BYTES = 2L << 30;

  /** More latents on a side than any image has, so few that their products do not overflow. */
  private static final long LARGEST_SIDE = 1L << 20;

  private static final String COUNT = "count";
  private static final String SHAPE = "shape";
  private static final String INDICES = "lf_indices";
  private static final String ELEMENTS = "elements";
  private static final String LOW_FREQUENCIES = "low_frequencies";
  private static final String SUMS = ".sums";
  private static final String PRODUCTS = ".products";

  private final LatentShape shape;

  /** Null, as the next, where elements alone are modelled. */
  private final LowFrequencyBasis basis;

  private final RunningMoments lowFrequencies;

  /** Of the latents, or of what the low frequencies leave of them. */
  private final RunningMoments elements;

  private LeakAccumulator(
      LatentShape shape,
      LowFrequencyBasis basis,
      RunningMoments lowFrequencies,
      RunningMoments elements) {
    this.shape = shape;
    this.basis = basis;
    this.lowFrequencies = lowFrequencies;
    this.elements = elements;
  }

  /** For statistics of type {@code pixel}. */
  public static LeakAccumulator pixel(LatentShape shape) {
    return new LeakAccumulator(shape, null, null, elementMoments(shape));
  }

  /**
   * For statistics of type {@code dct+pixel} with the {@code components} lowest frequencies.
   *
   * @throws InvalidInputException unless {@code 1 <= components <= h w}, or if their covariance
   *     would need more than 2 GiB
   */
  public static LeakAccumulator dctPixel(LatentShape shape, int components) {
    return dctPixel(
        shape.channels(), LowFrequencyBasis.lowest(shape.height(), shape.width(), components));
  }

  /** For statistics of type {@code dct+pixel} with the frequencies of {@code basis}. */
  public static LeakAccumulator dctPixel(int channels, LowFrequencyBasis basis) {
    requireRoom(basis.components(), channels);
    LatentShape shape = new LatentShape(channels, basis.height(), basis.width());
    return new LeakAccumulator(
        shape,
        basis,
        RunningMoments.ofNone(RunningMoments.Products.JOINT, (long) basis.components() * channels),
        elementMoments(shape));
  }

  private static RunningMoments elementMoments(LatentShape shape) {
    return RunningMoments.ofNone(
        RunningMoments.Products.ELEMENTWISE, (long) shape.channels() * shape.area());
  }

  private static void requireRoom(int components, int channels) {
    double bytes = Math.pow((double) components * channels, 2) * DType.FLOAT64.byteSize();
    if (bytes > MAX_COVARIANCE_BYTES) {
      throw new InvalidInputException(
          "n-components %d would need a covariance of %.1f GiB; choose at most %d."
              .formatted(
                  components,
                  bytes / (1L << 30),
                  (long) Math.sqrt(MAX_COVARIANCE_BYTES / 8.0) / channels));
    }
  }

  /** How many images' latents were taken in. */
  public long count() {
    return elements.count();
  }

  public LatentShape shape() {
    return shape;
  }

  /**
   * Takes in a batch of latents.
   *
   * @param latents (B, C, h, w), any floating-point type, already times the VAE's scaling factor
   * @throws InvalidInputException if a latent is NaN, infinite or as large as 2^32, or these are
   *     more than 2^31 images; nothing is then taken in
   */
  public void add(Tensor latents) {
    LatentShape given = LatentShape.of(latents);
    if (!given.equals(shape)) {
      throw new IllegalArgumentException(
          "This accumulator takes %s, not %s.".formatted(shape, given));
    }
    int batch = Math.toIntExact(latents.size(0));
    requireCountable(batch);
    if (!Tensors.isFinite(latents)) {
      throw new InvalidInputException(
          "The latents of a batch of %d images contain NaN or infinite values; encode them in float32."
              .formatted(batch));
    }
    List<Image> images = new ArrayList<>(batch);
    for (int i = 0; i < batch; i++) {
      images.add(image(latents, i));
    }
    for (Image image : images) {
      if (basis != null) {
        lowFrequencies.add(image.lowFrequencies());
      }
      elements.add(image.elements());
    }
  }

  /** What is modelled of one image; without a basis, no low frequencies. */
  private record Image(double[] lowFrequencies, double[] elements) {}

  /** Alone, since what a matrix product rounds may depend on how many images are in it. */
  private Image image(Tensor latents, int index) {
    double[] coefficients = {};
    double[] elements;
    try (var scope = new TensorScope()) {
      Tensor rest = latents.narrow(0, index, 1).to(DType.FLOAT64.torch()).clone();
      if (basis != null) {
        Tensor lowFrequencies = basis.coefficients(rest);
        coefficients = Tensors.doubles(lowFrequencies);
        rest = rest.sub(basis.inverse(lowFrequencies));
      }
      elements = Tensors.doubles(rest);
    }
    requireInRange(coefficients);
    requireInRange(elements);
    return new Image(coefficients, elements);
  }

  private static void requireInRange(double[] values) {
    double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
    if (largest >= ExactSums.LIMIT) {
      throw new InvalidInputException(
          "An image's latents, or their low frequencies, are as large as %.3g, those of no autoencoder are; encode in float32, with another VAE."
              .formatted(largest));
    }
  }

  private void requireCountable(long more) {
    if (count() + more > ExactSums.MAX_COUNT) {
      throw new InvalidInputException(
          "Statistics take in at most %d images; give fewer.".formatted(ExactSums.MAX_COUNT));
    }
  }

  /**
   * Takes in what {@code other} took in; {@code other} stays as it is.
   *
   * @throws InvalidInputException if the two model different things, or are of more than 2^31
   *     images together
   */
  public void merge(LeakAccumulator other) {
    if (!shape.equals(other.shape) || !Objects.equals(basis, other.basis)) {
      throw new InvalidInputException(
          "Statistics of %s cannot be merged with statistics of %s; compute both with the same settings."
              .formatted(this, other));
    }
    requireCountable(other.count());
    if (basis != null) {
      lowFrequencies.merge(other.lowFrequencies);
    }
    elements.merge(other.elements);
  }

  /**
   * The statistics so far; they belong to the caller.
   *
   * @param provenance where the latents come from; the number of images is added to it
   * @throws InvalidInputException if fewer than two images were taken in
   */
  public LeakStatistics statistics(Map<String, String> provenance) {
    if (count() < 2) {
      throw new InvalidInputException(
          "A variance needs at least two images, there %s; add images to the data folder."
              .formatted(count() == 0 ? "is none" : "is one"));
    }
    Map<String, String> facts = new HashMap<>(provenance);
    facts.put(LeakStatistics.IMAGE_COUNT, Long.toString(count()));
    try (var scope = new TensorScope()) {
      Tensor mean = perElement(elements.mean());
      Tensor variance = perElement(elements.covariance());
      return basis == null
          ? new PixelStatistics(mean, variance, facts)
          : new DctPixelStatistics(
              basis,
              new Gaussian(lowFrequencies.mean(), lowFrequencies.covariance()),
              mean,
              variance,
              facts);
    }
  }

  private Tensor perElement(Tensor flat) {
    return flat.reshape(shape.channels(), shape.height(), shape.width());
  }

  /**
   * Saves the state, so that an interrupted run can {@link #restore} it and continue exactly.
   *
   * @param metadata whatever the caller needs to continue, such as the position in its data
   */
  public void save(Path file, Map<String, String> metadata) {
    try (var scope = new TensorScope()) {
      SafetensorsWriter.write(file, state(), metadata);
    }
  }

  /** The state, as {@link #of} takes it, to be sent to where parts are merged. */
  public byte[] toBytes() {
    try (var scope = new TensorScope()) {
      return SafetensorsWriter.bytes(state(), Map.of());
    }
  }

  /** In the caller's scope. */
  private Map<String, Tensor> state() {
    Map<String, Tensor> state = new HashMap<>();
    state.put(COUNT, Tensors.of(new long[] {count()}, 1));
    state.put(SHAPE, Tensors.of(new long[] {shape.channels(), shape.height(), shape.width()}, 3));
    state.put(ELEMENTS + SUMS, elements.sums());
    state.put(ELEMENTS + PRODUCTS, elements.products());
    if (basis != null) {
      state.put(INDICES, DctPixelStatistics.indices(basis));
      state.put(LOW_FREQUENCIES + SUMS, lowFrequencies.sums());
      state.put(LOW_FREQUENCIES + PRODUCTS, lowFrequencies.products());
    }
    return state;
  }

  /**
   * A state as {@link #save} wrote it.
   *
   * @param accumulator continues where it was saved; belongs to the caller
   * @param metadata as it was given to {@link #save}
   */
  public record Saved(LeakAccumulator accumulator, Map<String, String> metadata) {}

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws InvalidInputException if the file is missing or holds no such state
   */
  public static Saved restore(Path file) {
    try (var saved = SafetensorsFile.open(file)) {
      return new Saved(restore(saved), saved.metadata());
    }
  }

  /**
   * Reads what {@link #toBytes} gave; the result belongs to the caller.
   *
   * @throws InvalidInputException if the bytes hold no such state
   */
  public static LeakAccumulator of(byte[] state) {
    try (var saved = SafetensorsFile.of(state, Path.of("a part's statistics"))) {
      return restore(saved);
    }
  }

  private static LeakAccumulator restore(SafetensorsFile saved) {
    try (var scope = new TensorScope()) {
      long[] sizes = integers(saved, SHAPE, 3, LARGEST_SIDE);
      LatentShape shape = new LatentShape((int) sizes[0], (int) sizes[1], (int) sizes[2]);
      long count = integers(saved, COUNT, 1, ExactSums.MAX_COUNT)[0];
      RunningMoments elements =
          moments(
              saved,
              ELEMENTS,
              RunningMoments.Products.ELEMENTWISE,
              (long) shape.channels() * shape.area(),
              count);
      LowFrequencyBasis basis = null;
      RunningMoments lowFrequencies = null;
      if (saved.entries().containsKey(INDICES)) {
        basis =
            new LowFrequencyBasis(
                shape.height(), shape.width(), StatisticsFolder.frequencies(saved.tensor(INDICES)));
        lowFrequencies =
            moments(
                saved,
                LOW_FREQUENCIES,
                RunningMoments.Products.JOINT,
                (long) basis.components() * shape.channels(),
                count);
      }
      return new LeakAccumulator(shape, basis, lowFrequencies, elements);
    }
  }

  private static RunningMoments moments(
      SafetensorsFile saved, String name, RunningMoments.Products kind, long length, long count) {
    return RunningMoments.of(
        kind,
        count,
        words(saved, name + SUMS, length),
        words(saved, name + PRODUCTS, kind.count(length)));
  }

  private static long[] integers(SafetensorsFile saved, String name, int length, long largest) {
    Tensor tensor = saved.tensor(name);
    long[] values = Tensors.longs(tensor);
    if (values.length != length || Arrays.stream(values).anyMatch(v -> v < 0 || v > largest)) {
      throw noState(saved, name);
    }
    return values;
  }

  /** Those of {@code length} sums; a state of an earlier version has none. */
  private static Tensor words(SafetensorsFile saved, String name, long length) {
    if (!saved.entries().containsKey(name)) {
      throw noState(saved, name);
    }
    Tensor tensor = saved.tensor(name);
    if (DType.of(tensor) != DType.INT64
        || !Arrays.equals(Tensors.shape(tensor), new long[] {length, ExactSums.WORDS})) {
      throw noState(saved, name);
    }
    return tensor;
  }

  private static InvalidInputException noState(SafetensorsFile saved, String name) {
    return new InvalidInputException(
        "In %s the tensor '%s' is missing or not the state of an interrupted run; delete the file and start again."
            .formatted(saved.path(), name));
  }

  /** For example {@code dct+pixel, n = 3, 4x64x64 latents (images of 512x512 pixels)}. */
  @Override
  public String toString() {
    return basis == null
        ? "%s, %s".formatted(StatisticType.PIXEL, shape)
        : "%s, n = %d, %s".formatted(StatisticType.DCT_PIXEL, basis.components(), shape);
  }

  /** Ends its use, as with all that stands for tensors; its sums lie on Java's heap. */
  @Override
  public void close() {}
}
