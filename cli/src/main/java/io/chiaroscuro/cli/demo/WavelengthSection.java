package io.chiaroscuro.cli.demo;

import io.chiaroscuro.analysis.NoiseByWavelength;
import io.chiaroscuro.analysis.NoiseByWavelength.Band;
import io.chiaroscuro.analysis.NoiseByWavelength.Level;
import io.chiaroscuro.analysis.WavelengthFigure;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import io.chiaroscuro.cli.report.Measure;
import io.chiaroscuro.cli.report.ReportText;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;

/** The article's figure: noise drowns the short waves first and the mean never wholly. */
final class WavelengthSection implements Section {

  private final Studio studio;

  WavelengthSection(Studio studio) {
    this.studio = studio;
  }

  @Override
  public String name() {
    return "wavelength";
  }

  @Override
  public String title() {
    return "Noise by wavelength";
  }

  /** The picture is one of those with the leak. */
  @Override
  public long evaluations() {
    return 0;
  }

  @Override
  public SectionReport run() {
    NoiseSchedule schedule = new NoiseSchedule(studio.painter().scheduler());
    int last = schedule.numTrainTimesteps() - 1;
    List<Integer> timesteps = List.of(0, last / 4, last / 2, 3 * last / 4, last);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor image = studio.withLeak().get(0).image().toTensor();
      NoiseByWavelength analysis = NoiseByWavelength.of(image, schedule, timesteps);
      Tensor noise = generator.randn(Tensors.shape(image));
      String caption = "What noise leaves of a picture, by wavelength";
      Level end = analysis.levels().get(timesteps.size() - 1);
      Band longest = analysis.bands().get(0);
      Band shortest = analysis.bands().get(analysis.bands().size() - 1);
      return new SectionReport.Builder()
          .measure(
              Measure.of(
                  "image_left", "The picture's factor at the last timestep", end.signalRate()))
          .measure(
              Measure.of(
                  "signal_to_noise_longest",
                  "Signal-to-noise ratio there: %s".formatted(longest.band()),
                  analysis.signalToNoise(longest, end)))
          .measure(
              Measure.of(
                  "signal_to_noise_shortest",
                  "Signal-to-noise ratio there: %s".formatted(shortest.band()),
                  analysis.signalToNoise(shortest, end)))
          .show(
              studio
                  .files(this)
                  .sheet(
                      caption, "forward", WavelengthFigure.draw(caption, image, noise, analysis)))
          .show(table(analysis))
          .build(
              name(),
              title(),
              String.format(
                  Locale.ROOT,
                  "From left to right a picture is noised as in training, from top to bottom its waves get"
                      + " shorter. At the last timestep %.1f %% of it is left: its mean is then %s times as"
                      + " strong as the noise's, its shortest waves %s times. Brightness is what a network"
                      + " still reads there, and so does not learn to make.",
                  100 * end.signalRate(),
                  ReportText.number(analysis.signalToNoise(longest, end)),
                  ReportText.number(analysis.signalToNoise(shortest, end))));
    }
  }

  private static Table table(NoiseByWavelength analysis) {
    List<String> columns = new ArrayList<>();
    columns.add("signal / noise");
    analysis.levels().forEach(level -> columns.add(level.toString()));
    List<TableRow> rows = new ArrayList<>();
    for (Band band : analysis.bands()) {
      double[] values =
          analysis.levels().stream()
              .mapToDouble(level -> analysis.signalToNoise(band, level))
              .toArray();
      rows.add(TableRow.of(band.band().toString(), values));
    }
    return new Table(
        "signal_to_noise", "Signal-to-noise ratio of each band of waves", columns, rows);
  }
}
