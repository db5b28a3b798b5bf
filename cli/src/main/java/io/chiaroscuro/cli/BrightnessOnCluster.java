package io.chiaroscuro.cli;

import io.chiaroscuro.spark.brightness.ClusterBrightness;
import io.chiaroscuro.spark.brightness.CorpusBrightness;
import io.chiaroscuro.spark.picture.PictureFolder;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;

/** The brightness of images that a cluster measures. */
final class BrightnessOnCluster {

  /** What was measured, and what it was compared with. */
  record Measured(BrightnessFacts images, List<Facts> comparisons) {}

  private BrightnessOnCluster() {}

  static Measured measure(SparkOptions spark, List<String> paths, List<String> against) {
    return OpenCluster.run(
        spark,
        "chiaroscuro brightness",
        session -> {
          CorpusBrightness images = brightness(session, paths);
          BrightnessFacts facts = facts(images, paths);
          List<Facts> comparisons = new ArrayList<>();
          for (String path : against) {
            CorpusBrightness other = brightness(session, List.of(path));
            comparisons.add(
                facts.against(facts(other, List.of(path)), images.wassersteinDistance(other)));
          }
          return new Measured(facts, comparisons);
        });
  }

  private static CorpusBrightness brightness(SparkSession session, List<String> paths) {
    return ClusterBrightness.of(
        paths.stream()
            .map(path -> PictureFolder.list(session, OpenCluster.uri(path)))
            .reduce(Dataset::union)
            .orElseThrow());
  }

  private static BrightnessFacts facts(CorpusBrightness brightness, List<String> paths) {
    return new BrightnessFacts(
        String.join(", ", paths),
        brightness.images(),
        brightness.skipped(),
        brightness.mean(),
        brightness.spread(),
        brightness::percentile,
        brightness.pixels());
  }
}
