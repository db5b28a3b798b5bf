package io.chiaroscuro.leak;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Draws the signal leak, a stand-in for training latents in {@code x_T = sqrt(abar_T) leak + sqrt(1
 * - abar_T) eps}.
 *
 * <p>For {@code pixel} statistics a leak is {@code mean + sqrt(var) randn(C, h, w)}; for {@code
 * dct+pixel} it is the inverse DCT of a draw from the low frequencies' Gaussian, plus {@code
 * mean_hf + sqrt(var_hf) randn(C, h, w)}. As in the reference the remainder is added as it is
 * drawn: its elements being independent, it brings a little energy into the low frequencies, too.
 *
 * <p>Immutable; the statistics stay the caller's and must outlive it.
 */
public final class SignalLeak {

  private final LatentShape shape;
  private final Optional<LeakStatistics> statistics;
  private final LeakControls controls;

  /**
   * @throws InvalidInputException if a control names a channel or component that the latents or,
   *     where it is given, the Gaussian lack, or if {@code pixel} statistics are to leave out the
   *     low frequencies, which they do not separate
   */
  public SignalLeak(LeakStatistics statistics, LeakControls controls) {
    this(statistics.shape(), Optional.of(statistics), controls);
  }

  private SignalLeak(
      LatentShape shape, Optional<LeakStatistics> statistics, LeakControls controls) {
    this.shape = shape;
    this.statistics = statistics;
    this.controls = controls;
    controls.given().keySet().forEach(this::requireExists);
    controls.lowFrequencies().keySet().forEach(this::requireExists);
    controls.components().keySet().forEach(this::requireExists);
    controls.channelConstants().keySet().forEach(c -> requireExists(new Component(c, 0, 0)));
    requireColorFits();
    requireGaussian();
  }

  /** A leak without statistics: zero but for what the controls set. */
  public static SignalLeak constant(LatentShape shape, LeakControls controls) {
    return new SignalLeak(shape, Optional.empty(), controls);
  }

  /** The latents it draws. */
  public LatentShape shape() {
    return shape;
  }

  public LeakControls controls() {
    return controls;
  }

  /** Where its statistics come from, empty for a constant leak. */
  public Map<String, String> provenance() {
    return statistics.map(LeakStatistics::provenance).orElse(Map.of());
  }

  /**
   * @throws InvalidInputException unless the leak has the size of the latents that are wanted
   */
  public void requireShape(LatentShape wanted) {
    if (!shape.equals(wanted)) {
      throw new InvalidInputException(
          "The signal leak is for %s, but %s are wanted; generate at the leak's size or compute statistics at the wanted one."
              .formatted(shape, wanted));
    }
  }

  /**
   * Draws {@code batch} leaks, float32, (batch, C, h, w).
   *
   * <p>For each leak in turn, {@code dct+pixel} takes {@code randn(n C)} and then {@code randn(C,
   * h, w)} from the generator, {@code pixel} the latter only, a constant leak nothing. The controls
   * change nothing about that: the same seed means the same numbers, hence the same remainder, with
   * the low frequencies or without; and the first leak of a batch is the leak of a batch of one.
   */
  public Tensor sample(SeededGenerator generator, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("A batch has at least one leak, not %d.".formatted(batch));
    }
    try (var scope = new TensorScope()) {
      Tensor leak = write(fixed(), draw(generator, batch));
      return scope.keep(
          leak.add(constants())
              .mul(new Scalar(controls.strength()))
              .to(DType.FLOAT32.torch())
              .contiguous());
    }
  }

  /**
   * Puts one leak each into pictures that are there already, for image to image: what the leak does
   * not speak of stays the picture's. With the strength l of the controls,
   *
   * <pre>
   *   x_0' = x_0 + l (y - x_0),   y = (1 - P) x_0 + P leak + c
   *   x_t  = sqrt(abar_t) x_0' + sqrt(1 - abar_t) eps
   * </pre>
   *
   * where t is the first timestep visited, P projects onto what the leak determines, and c are the
   * constants of channels. P is, by {@code dct+pixel} statistics, their low frequencies, which are
   * drawn, conditioned or, where only high frequencies are wanted, zero, while the remainder is the
   * picture's own; by {@code pixel} statistics, which model every element, all there is, so that
   * only a strength below 1 leaves something of the picture; and in any case the components that
   * are set by hand, given or of the mean colour. {@link #sample} is the same for a picture of
   * which nothing is known: the remainder is drawn then, and x_0 is zero.
   *
   * <p>Takes {@code randn(n C)} from the generator for each picture with {@code dct+pixel}
   * statistics, {@code randn(C, h, w)} with {@code pixel}, nothing without: the same seed means the
   * same low frequencies as in {@link #sample}.
   *
   * @param original x_0, the latents of pictures, (B, C, h, w)
   * @return x_0', float32, of the same shape
   * @throws InvalidInputException unless they have the leak's size
   */
  public Tensor sampleInto(Tensor original, SeededGenerator generator) {
    requireShape(LatentShape.of(original));
    try (var scope = new TensorScope()) {
      Tensor x = original.to(DType.FLOAT64.torch());
      Tensor y = write(fixed(), drawInto(x, generator)).add(constants());
      return scope.keep(
          x.add(y.sub(x).mul(new Scalar(controls.strength())))
              .to(DType.FLOAT32.torch())
              .contiguous());
    }
  }

  private Tensor drawInto(Tensor original, SeededGenerator generator) {
    if (statistics.isEmpty()) {
      return original;
    }
    int batch = (int) original.size(0);
    return statistics.get() instanceof PixelStatistics pixel
        ? draw(pixel, generator, batch)
        : drawInto(original, (DctPixelStatistics) statistics.get(), generator);
  }

  private Tensor drawInto(Tensor original, DctPixelStatistics dctPixel, SeededGenerator generator) {
    Tensor remainder = dctPixel.basis().remainder(original);
    if (controls.onlyHighFrequency()) {
      return remainder;
    }
    return byLowFrequencies(
        dctPixel,
        gaussian -> {
          TensorVector coefficients = new TensorVector();
          for (int b = 0; b < original.size(0); b++) {
            coefficients.push_back(gaussian.sample(generator));
          }
          return remainder.add(dctPixel.basis().inverse(torch.stack(coefficients)));
        });
  }

  private Tensor draw(SeededGenerator generator, int batch) {
    if (statistics.isEmpty()) {
      return Tensors.zeros(DType.FLOAT64, batch, shape.channels(), shape.height(), shape.width());
    }
    return statistics.get() instanceof PixelStatistics pixel
        ? draw(pixel, generator, batch)
        : draw((DctPixelStatistics) statistics.get(), generator, batch);
  }

  private Tensor draw(PixelStatistics pixel, SeededGenerator generator, int batch) {
    TensorVector leaks = new TensorVector();
    for (int b = 0; b < batch; b++) {
      leaks.push_back(independent(pixel.meanPixels(), pixel.varPixels(), generator));
    }
    return torch.stack(leaks);
  }

  private Tensor draw(DctPixelStatistics dctPixel, SeededGenerator generator, int batch) {
    return byLowFrequencies(dctPixel, gaussian -> draw(dctPixel, gaussian, generator, batch));
  }

  /** What {@code drawing} makes of the low frequencies' Gaussian, conditioned on what is given. */
  private Tensor byLowFrequencies(DctPixelStatistics dctPixel, Function<Gaussian, Tensor> drawing) {
    Map<Component, Double> given = given(dctPixel);
    if (given.isEmpty()) {
      return drawing.apply(dctPixel.lowFrequencies());
    }
    long[] indices = given.keySet().stream().mapToLong(dctPixel::index).toArray();
    double[] values = given.values().stream().mapToDouble(Double::doubleValue).toArray();
    try (var conditional = dctPixel.lowFrequencies().conditionedOn(indices, values)) {
      return drawing.apply(conditional);
    }
  }

  private Tensor draw(
      DctPixelStatistics dctPixel, Gaussian gaussian, SeededGenerator generator, int batch) {
    TensorVector coefficients = new TensorVector();
    TensorVector remainders = new TensorVector();
    for (int b = 0; b < batch; b++) {
      coefficients.push_back(gaussian.sample(generator));
      remainders.push_back(
          independent(dctPixel.meanHfRemainder(), dctPixel.varHfRemainder(), generator));
    }
    Tensor remainder = torch.stack(remainders);
    return controls.onlyHighFrequency()
        ? remainder
        : remainder.add(dctPixel.basis().inverse(torch.stack(coefficients)));
  }

  private static Tensor independent(Tensor mean, Tensor variance, SeededGenerator generator) {
    Tensor z = generator.randn(Tensors.shape(mean)).to(DType.FLOAT64.torch());
    return variance.sqrt().mul(z).add(mean);
  }

  /** What the Gaussian is conditioned on. */
  private Map<Component, Double> given(DctPixelStatistics dctPixel) {
    Map<Component, Double> given = new LinkedHashMap<>();
    if (!controls.onlyHighFrequency()) {
      wanted()
          .forEach(
              (component, value) -> {
                if (dctPixel.models(component)) {
                  given.put(component, value);
                }
              });
      given.putAll(controls.given());
    }
    return given;
  }

  /**
   * What a picture and the mean colour say: of the latter, a channel's mean times {@code sqrt(h w)}
   * is its DC.
   */
  private Map<Component, Double> wanted() {
    Map<Component, Double> wanted = new LinkedHashMap<>(controls.lowFrequencies());
    for (int c = 0; c < controls.meanColor().size(); c++) {
      wanted.put(
          new Component(c, Frequency.DC), controls.meanColor().get(c) * Math.sqrt(shape.area()));
    }
    return wanted;
  }

  /** Components that the finished spectrum must have, the later ones overriding the earlier. */
  private Map<Component, Double> fixed() {
    Map<Component, Double> fixed = wanted();
    fixed.putAll(controls.given());
    fixed.putAll(controls.components());
    return fixed;
  }

  /** Replaces the given components of {@code leak} (B, C, h, w), whatever they were. */
  private Tensor write(Map<Component, Double> fixed, Tensor leak) {
    if (fixed.isEmpty()) {
      return leak;
    }
    List<Frequency> frequencies =
        new ArrayList<>(
            new LinkedHashSet<>(fixed.keySet().stream().map(Component::frequency).toList()));
    LowFrequencyBasis basis = new LowFrequencyBasis(shape.height(), shape.width(), frequencies);
    int length = frequencies.size() * shape.channels();
    double[] isFixed = new double[length];
    double[] target = new double[length];
    fixed.forEach(
        (component, value) -> {
          int index =
              frequencies.indexOf(component.frequency()) * shape.channels() + component.channel();
          isFixed[index] = 1;
          target[index] = value;
        });
    Tensor change =
        Tensors.of(target, 1, length)
            .sub(basis.coefficients(leak))
            .mul(Tensors.of(isFixed, 1, length));
    return leak.add(basis.inverse(change));
  }

  private Tensor constants() {
    double[] constants = new double[shape.channels()];
    controls.channelConstants().forEach((channel, value) -> constants[channel] = value);
    return Tensors.of(constants, 1, shape.channels(), 1, 1);
  }

  private void requireExists(Component component) {
    Frequency f = component.frequency();
    if (component.channel() < 0 || component.channel() >= shape.channels()) {
      throw new InvalidInputException(
          "The leak has no channel %d; its channels are 0 to %d."
              .formatted(component.channel(), shape.channels() - 1));
    }
    if (f.u() < 0 || f.u() >= shape.height() || f.v() < 0 || f.v() >= shape.width()) {
      throw new InvalidInputException(
          "The leak has no component %s (channel,u,v); u goes from 0 to %d and v from 0 to %d."
              .formatted(component, shape.height() - 1, shape.width() - 1));
    }
  }

  private void requireColorFits() {
    int given = controls.meanColor().size();
    if (given != 0 && given != shape.channels()) {
      throw new InvalidInputException(
          "The mean color has %d values; give one for each of the leak's %d channels."
              .formatted(given, shape.channels()));
    }
  }

  private void requireGaussian() {
    DctPixelStatistics gaussian =
        statistics.orElse(null) instanceof DctPixelStatistics dctPixel ? dctPixel : null;
    if (controls.onlyHighFrequency() && gaussian == null) {
      throw new InvalidInputException(
          "Only dct+pixel statistics can leave out the low frequencies; these are %s."
              .formatted(statistics.isEmpty() ? "none" : StatisticType.PIXEL));
    }
    for (Component component : controls.given().keySet()) {
      if (controls.onlyHighFrequency()) {
        throw new InvalidInputException(
            "Component %s cannot be given when the low frequencies are left out; set it by hand instead."
                .formatted(component));
      }
      if (gaussian == null || !gaussian.models(component)) {
        throw new InvalidInputException(
            "Component %s cannot be given, since the statistics do not model it jointly with others; set it by hand instead."
                .formatted(component));
      }
    }
  }
}
