package io.chiaroscuro.cli.demo;

import io.chiaroscuro.cli.report.Aim;
import io.chiaroscuro.cli.report.Block.Distributions;
import io.chiaroscuro.cli.report.Block.Grid;
import io.chiaroscuro.cli.report.Block.Series;
import io.chiaroscuro.cli.report.Measure;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.image.Brightness;
import java.util.List;
import java.util.Locale;

/** The same noise with a leak: generation starts where training did, and the spread is back. */
final class LeakSection implements Section {

  private static final Aim SPREAD = Aim.atLeast(0.85);
  private static final Aim DISTANCE = Aim.atMost(1.0 / 3);
  private static final int PAIRS = 8;

  private final Studio studio;

  LeakSection(Studio studio) {
    this.studio = studio;
  }

  @Override
  public String name() {
    return "leak";
  }

  @Override
  public String title() {
    return "The signal leak";
  }

  @Override
  public long evaluations() {
    return studio.config().guided(studio.config().images());
  }

  @Override
  public SectionReport run() {
    List<Picture> without = studio.fromWhiteNoise();
    List<Picture> with = studio.withLeak();
    Brightness data = studio.reference().heldOut().brightness();
    Brightness ofWithout = Picture.brightness(without);
    Brightness ofWith = Picture.brightness(with);
    double share = ofWith.spread() / data.spread();
    double distanceWithout = ofWithout.wassersteinDistance(data);
    double distanceWith = ofWith.wassersteinDistance(data);
    int pairs = Math.min(PAIRS, with.size());
    PictureFiles files = studio.files(this);

    return new SectionReport.Builder()
        .measure(Measure.of("spread", "Spread of brightness with the leak", ofWith.spread()))
        .measure(
            Measure.of("spread_over_data", "Spread with the leak over the data's", share, SPREAD))
        .measure(
            Measure.of(
                "distance_without",
                "Wasserstein-1 to the data's brightness, without leak",
                distanceWithout))
        .measure(
            Measure.of(
                "distance_with", "Wasserstein-1 to the data's brightness, with leak", distanceWith))
        .measure(
            Measure.of(
                "distance_ratio",
                "Wasserstein-1 with leak over without",
                distanceWith / distanceWithout,
                DISTANCE))
        .show(
            new Grid(
                "The same captions and the same noise, mean brightness below",
                with.subList(0, pairs).stream().map(p -> p.facts().get("prompt")).toList(),
                List.of(
                    files.row("without", "without", without.subList(0, pairs)),
                    files.row("with", "with", with.subList(0, pairs)))))
        .show(
            new Distributions(
                "brightness",
                "Mean brightness of each picture, from black to white",
                List.of(
                    new Series("data", data.imageMeans()),
                    new Series("without leak", ofWithout.imageMeans()),
                    new Series("with leak", ofWith.imageMeans()))))
        .show(files.mosaic("All pictures with the leak", "with-leak", with))
        .build(
            name(),
            title(),
            String.format(
                Locale.ROOT,
                "The same captions and the same noise, but what training left in at its last step is put back,"
                    + " drawn from a model of %d other pictures. Brightness spreads by %.3f, %.0f %% of the"
                    + " data's, and its distribution lies %.3f from the data's instead of %.3f.",
                data.imageMeans().size(),
                ofWith.spread(),
                100 * share,
                distanceWith,
                distanceWithout));
  }
}
