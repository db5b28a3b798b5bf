package io.chiaroscuro.training.run;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ContactSheet;
import io.chiaroscuro.image.PngFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run tells of itself: {@code metrics.jsonl}, TensorBoard's events, sheets of samples. */
final class TrainingLog implements AutoCloseable {

  /** Samples side by side. */
  private static final int COLUMNS = 8;

  private final Path samples;
  private final MetricsFile metrics;
  private final EventFile events;

  /**
   * @param step the latest one that counts; what was said of later ones is taken back
   */
  TrainingLog(Path outputDir, long step) {
    this.samples = outputDir.resolve("samples");
    this.metrics = MetricsFile.open(outputDir.resolve("metrics.jsonl"), step);
    this.events = EventFile.open(outputDir.resolve("logs"), step);
  }

  void step(TrainingStep done) {
    metrics.append(done.step(), done.metrics());
    events.scalars(done.step(), done.metrics());
  }

  /** Writes a sheet with the brightness of each, and the mean over all as a curve. */
  void samples(long step, List<Sample> pictures) {
    List<Brightness> brightness =
        pictures.stream().map(sample -> Brightness.of(sample.image())).toList();
    double mean = Brightness.merge(brightness).mean();
    Path file = samples.resolve("step-%07d.png".formatted(step));
    PngFile.write(file, sheet(step, mean, pictures, brightness).draw(), Map.of());
    events.scalars(step, Map.of("samples/brightness", mean));
    try {
      events.image(step, "samples", Files.readAllBytes(file));
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read '%s' (%s).".formatted(file, AtomicFile.reason(e)), e);
    }
  }

  private static ContactSheet sheet(
      long step, double mean, List<Sample> pictures, List<Brightness> brightness) {
    List<ContactSheet.Row> rows = new ArrayList<>();
    int columns = Math.min(COLUMNS, pictures.size());
    for (int first = 0; first < pictures.size(); first += columns) {
      List<ContactSheet.Cell> cells = new ArrayList<>();
      for (int i = first; i < Math.min(first + columns, pictures.size()); i++) {
        String caption =
            String.format(
                Locale.ROOT, "%s: %.2f", pictures.get(i).caption(), brightness.get(i).mean());
        cells.add(new ContactSheet.Cell(pictures.get(i).image(), caption));
      }
      rows.add(new ContactSheet.Row("", cells));
    }
    String title = String.format(Locale.ROOT, "Step %d, mean brightness %.3f", step, mean);
    List<String> heads = java.util.Collections.nCopies(columns, "");
    return new ContactSheet(title, heads, rows);
  }

  @Override
  public void close() {
    metrics.close();
    events.close();
  }
}
