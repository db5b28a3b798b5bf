package io.chiaroscuro.analysis;

import io.chiaroscuro.image.LogChart;
import io.chiaroscuro.image.LogChart.Curve;
import io.chiaroscuro.image.LogChart.Marker;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The signal leak of a schedule as a figure: {@code sqrt(abar_t)} over t, as it is and with
 * zero-terminal-SNR betas (<a href="https://arxiv.org/abs/2305.08891">Lin et al., 2023</a>), which
 * leave nothing at the end.
 */
public final class LeakCurve {

  private static final double HIGHEST_BOTTOM = 1e-3;
  private static final double LOWEST_BOTTOM = 1e-6;

  private LeakCurve() {}

  /**
   * @param title above the figure
   * @param config of the checkpoint's own sampler
   * @param marked where the sampler may start
   */
  public static RgbImage draw(String title, SchedulerConfig config, List<ImageLeft> marked) {
    List<Double> own = signalRates(config);
    List<Curve> curves =
        config.rescaleBetasZeroSnr()
            ? List.of(new Curve("sqrt(abar_t), zero terminal SNR", own))
            : List.of(
                new Curve("sqrt(abar_t)", own),
                new Curve("with zero-terminal-SNR betas", signalRates(zeroTerminalSnr(config))));
    return new LogChart(title, "timestep t", bottom(own), curves, markers(marked)).draw();
  }

  /** Not every sampler takes these betas; the schedule is that of one that does. */
  private static SchedulerConfig zeroTerminalSnr(SchedulerConfig config) {
    return config.as(SchedulerType.DDIM).with("rescale_betas_zero_snr", true);
  }

  private static List<Double> signalRates(SchedulerConfig config) {
    var schedule = new NoiseSchedule(config);
    return IntStream.range(0, schedule.numTrainTimesteps())
        .mapToObj(t -> Math.sqrt(schedule.alphasCumprod(t)))
        .toList();
  }

  /** The decade below the least positive value. */
  private static double bottom(List<Double> values) {
    double least = values.stream().filter(v -> v > 0).min(Double::compare).orElse(1.0);
    double decade = Math.pow(10, Math.floor(Math.log10(least)));
    return Math.max(LOWEST_BOTTOM, Math.min(HIGHEST_BOTTOM, decade));
  }

  private static List<Marker> markers(List<ImageLeft> marked) {
    return marked.stream()
        .distinct()
        .map(
            left ->
                new Marker(
                    String.format(
                        Locale.ROOT,
                        "t = %.0f: %.2f %% of the image is left",
                        left.timestep(),
                        100 * left.signalRate()),
                    left.timestep()))
        .toList();
  }
}
