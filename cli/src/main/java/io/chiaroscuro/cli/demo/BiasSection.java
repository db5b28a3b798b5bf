package io.chiaroscuro.cli.demo;

import io.chiaroscuro.analysis.ImageLeft;
import io.chiaroscuro.analysis.MeanVariance;
import io.chiaroscuro.cli.report.Aim;
import io.chiaroscuro.cli.report.Block.Distributions;
import io.chiaroscuro.cli.report.Block.Series;
import io.chiaroscuro.cli.report.Block.Table;
import io.chiaroscuro.cli.report.Block.TableRow;
import io.chiaroscuro.cli.report.Measure;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.scheduler.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Pictures from white noise are all of middling brightness: what the network never had to make in
 * training, the longest waves, it does not make (<a
 * href="https://arxiv.org/abs/2309.15842">Everaert et al., 2023</a>).
 */
final class BiasSection implements Section {

  private static final Aim HALF = Aim.atMost(0.5);

  private final Studio studio;

  BiasSection(Studio studio) {
    this.studio = studio;
  }

  @Override
  public String name() {
    return "bias";
  }

  @Override
  public String title() {
    return "The bias";
  }

  @Override
  public long evaluations() {
    int images = studio.config().images();
    return studio.config().guided(images) + studio.config().unguided(images);
  }

  @Override
  public SectionReport run() {
    List<Picture> guided = studio.fromWhiteNoise();
    List<Picture> unguided =
        studio.painter().paint(Commission.fromNoise(studio.captions(studio.config().images())), 1);
    Brightness data = studio.reference().heldOut().brightness();
    Brightness generated = Picture.brightness(guided);
    Brightness withoutGuidance = Picture.brightness(unguided);
    double share = generated.spread() / data.spread();

    ImageLeft start =
        ImageLeft.atFirstStep(Scheduler.of(studio.painter().scheduler()), studio.config().steps());
    long area = studio.painter().shape().area();
    LatentMeans ofData = LatentMeans.of(MeanVariance.of(studio.reference().heldOut().statistics()));
    LatentMeans predicted = ofData.predicted(start, area);
    double guidance = studio.config().guidanceScale();

    return new SectionReport.Builder()
        .measure(Measure.of("data_spread", "Spread of brightness in the data", data.spread()))
        .measure(Measure.of("spread", "Spread of brightness from white noise", generated.spread()))
        .measure(
            Measure.of("spread_over_data", "Spread from white noise over the data's", share, HALF))
        .measure(
            Measure.of(
                "spread_over_data_unguided",
                "The same ratio without guidance",
                withoutGuidance.spread() / data.spread()))
        .measure(
            Measure.of(
                "image_left",
                "What training left of a picture where sampling starts, t = %.0f"
                    .formatted(start.timestep()),
                start.signalRate()))
        .measure(
            Measure.of(
                "predicted_spread_kept",
                "Gaussian prediction for latent means, 1 / sqrt(1 + a²)",
                predicted.spreadOver(ofData)))
        .measure(
            Measure.of(
                "measured_spread_kept",
                "Measured for latent means, without guidance",
                LatentMeans.of(unguided).spreadOver(ofData)))
        .show(
            new Distributions(
                "brightness",
                "Mean brightness of each picture, from black to white",
                List.of(
                    new Series("data", data.imageMeans()),
                    new Series(guidanceLabel(guidance), generated.imageMeans()),
                    new Series("without guidance", withoutGuidance.imageMeans()))))
        .show(
            studio
                .files(this)
                .mosaic("From white noise, guidance %s".formatted(guidance), "white-noise", guided))
        .show(channels(ofData, predicted, start, area, guided, unguided))
        .build(
            name(),
            title(),
            String.format(
                Locale.ROOT,
                "%d pictures that start from white noise, as diffusers starts them, of things that the model can"
                    + " draw; no caption says how light it should be. Brightness spreads by %.3f in the data"
                    + " and by %.3f in these, %.0f %% of that.",
                guided.size(),
                data.spread(),
                generated.spread(),
                100 * share));
  }

  private static String guidanceLabel(double guidance) {
    return "white noise, guidance " + guidance;
  }

  private static Table channels(
      LatentMeans data,
      LatentMeans predicted,
      ImageLeft start,
      long area,
      List<Picture> guided,
      List<Picture> unguided) {
    LatentMeans ofGuided = LatentMeans.of(guided);
    LatentMeans ofUnguided = LatentMeans.of(unguided);
    List<TableRow> rows = new ArrayList<>();
    for (int c = 0; c < data.variances().size(); c++) {
      rows.add(
          TableRow.of(
              "channel " + c,
              data.spread(c),
              start.aSquared(data.variances().get(c), area),
              predicted.spread(c) / data.spread(c),
              ofUnguided.spread(c) / data.spread(c),
              ofGuided.spread(c) / data.spread(c)));
    }
    return new Table(
        "latent_means",
        "The mean of each latent channel: its spread in the data, its signal-to-noise ratio a² where"
            + " sampling starts, and the share of the spread that is kept",
        List.of("latent", "spread in data", "a²", "predicted", "without guidance", "with guidance"),
        rows);
  }
}
