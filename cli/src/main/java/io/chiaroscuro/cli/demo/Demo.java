package io.chiaroscuro.cli.demo;

import io.chiaroscuro.cli.report.Report;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.LongConsumer;

/**
 * The article and the paper, experiment by experiment, as a lazy sequence. After each the report is
 * written anew, so that stopping keeps what is finished.
 *
 * <pre>{@code
 * var demo = new Demo(model, reference, fineTunes, config, outputDir, progress::step);
 * demo.forEachRemaining(section -> System.out.println(ReportText.of(section)));
 * }</pre>
 */
public final class Demo implements Iterator<SectionReport> {

  private static final String TITLE = "Chiaroscuro";
  private static final String INTRODUCTION =
      "Why diffusion models make neither night nor snow, and two remedies: the signal leak when"
          + " pictures are made, offset noise when models are. Every figure below was measured in"
          + " this run.";

  private final Studio studio;
  private final Path outputDir;
  private final List<Section> sections;
  private final List<SectionReport> finished = new ArrayList<>();
  private final long startNanos = System.nanoTime();

  /**
   * @param reference stays the caller's, as the model does
   * @param evaluated is told each time how often the UNet was asked
   * @throws io.chiaroscuro.InvalidInputException if the reference was made for other latents, or
   *     the folder cannot be written
   */
  public Demo(
      StableDiffusion model,
      Reference reference,
      FineTunes fineTunes,
      DemoConfig config,
      Path outputDir,
      LongConsumer evaluated) {
    AtomicFile.requireFolder(outputDir);
    Painter painter = new Painter(model, config, evaluated);
    reference.requireShape(painter.shape());
    this.studio = new Studio(model, reference, fineTunes, config, outputDir, painter);
    this.outputDir = outputDir;
    this.sections =
        List.of(
            new BiasSection(studio),
            new LeakSection(studio),
            new ControlSection(studio),
            new StyleSection(studio),
            new OffsetNoiseSection(studio),
            new WavelengthSection(studio));
  }

  /** How often the UNet will be asked in all. */
  public long evaluations() {
    return sections.stream().mapToLong(Section::evaluations).sum();
  }

  @Override
  public boolean hasNext() {
    return finished.size() < sections.size();
  }

  /** Runs the next experiment and writes the report of all so far. */
  @Override
  public SectionReport next() {
    if (!hasNext()) {
      throw new NoSuchElementException("All sections are finished.");
    }
    SectionReport section = sections.get(finished.size()).run();
    finished.add(section);
    report().write(outputDir);
    return section;
  }

  /** What has been found so far. */
  public Report report() {
    return new Report(TITLE, INTRODUCTION, settings(), finished, sections.size());
  }

  private Map<String, Object> settings() {
    DemoConfig config = studio.config();
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("model", studio.model().checkpoint().name());
    settings.put("model_hash", studio.model().checkpoint().hash());
    settings.put("images", config.images());
    settings.put("sampler", studio.painter().scheduler().type().toString());
    settings.put("steps", config.steps());
    settings.put("guidance_scale", config.guidanceScale());
    settings.put("batch_size", config.batchSize());
    settings.put("seconds", (System.nanoTime() - startNanos) / 1_000_000_000);
    return settings;
  }
}
