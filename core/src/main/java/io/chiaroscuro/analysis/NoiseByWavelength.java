package io.chiaroscuro.analysis;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.scheduler.NoiseSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/**
 * How much of an image's waves the forward process leaves, by their length. White noise is equally
 * strong at every frequency, images are strongest in the longest waves: these survive longest, and
 * what a network is never asked to change it does not learn to (<a
 * href="https://www.crosslabs.org/blog/diffusion-with-offset-noise">Guttenberg, 2023</a>).
 *
 * @param bands the image's, the longest waves first
 * @param levels as asked for, and pure noise at last
 */
public record NoiseByWavelength(List<Band> bands, List<Level> levels) {

  /**
   * An image's waves of similar length.
   *
   * @param band their lengths
   * @param frequencies how many there are
   * @param power the mean of {@code |F|^2} over them and over the channels, where white noise has 1
   */
  public record Band(FrequencyBand band, long frequencies, double power) {}

  /**
   * How strongly the image is noised.
   *
   * @param timestep empty for pure noise
   * @param alphaCumprod {@code abar_t}, 0 for pure noise
   */
  public record Level(OptionalInt timestep, double alphaCumprod) {

    /** Noise and nothing else, which generation starts from. */
    public static final Level PURE_NOISE = new Level(OptionalInt.empty(), 0);

    /** {@code sqrt(abar_t)}, the image's factor. */
    public double signalRate() {
      return Math.sqrt(alphaCumprod);
    }

    /** {@code t = 249}, or {@code pure noise}. */
    @Override
    public String toString() {
      return timestep.isPresent() ? "t = " + timestep.getAsInt() : "pure noise";
    }
  }

  public NoiseByWavelength {
    bands = List.copyOf(bands);
    levels = List.copyOf(levels);
  }

  /**
   * @param image (1, C, h, w): pixels in [-1, 1], or latents
   * @param timesteps each 0..T-1
   * @throws InvalidInputException if the schedule has no such timestep
   */
  public static NoiseByWavelength of(
      Tensor image, NoiseSchedule schedule, List<Integer> timesteps) {
    Spectrum spectrum = Spectrum.of(image);
    List<Level> levels = new ArrayList<>();
    for (int t : timesteps) {
      if (t < 0 || t >= schedule.numTrainTimesteps()) {
        throw new InvalidInputException(
            "There is no timestep %d; choose among 0 to %d, the schedule's."
                .formatted(t, schedule.numTrainTimesteps() - 1));
      }
      levels.add(new Level(OptionalInt.of(t), schedule.alphasCumprod(t)));
    }
    levels.add(Level.PURE_NOISE);
    List<Band> bands =
        spectrum.bands().stream()
            .map(b -> new Band(b, spectrum.frequencies(b), spectrum.power(image, b)))
            .toList();
    return new NoiseByWavelength(bands, levels);
  }

  /** {@code abar_t / (1 - abar_t)} times the band's power: 1 where noise is as strong. */
  public double signalToNoise(Band band, Level level) {
    return level.alphaCumprod() / (1 - level.alphaCumprod()) * band.power();
  }
}
