package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.cli.demo.Demo;
import io.chiaroscuro.cli.demo.DemoConfig;
import io.chiaroscuro.cli.demo.FineTunes;
import io.chiaroscuro.cli.demo.Reference;
import io.chiaroscuro.cli.report.Report;
import io.chiaroscuro.cli.report.ReportText;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro demo}: the article and the paper, reproduced on a small model. */
@Command(
    name = "demo",
    description = {
      "Reproduces the article and the paper on the small model inside: the bias of brightness, the"
          + " signal leak against it, control by it, style by it, offset noise.",
      "Writes a page to read (index.html), its pictures and every figure (report.json); sections"
          + " are written as they finish.",
    },
    mixinStandardHelpOptions = true,
    defaultValueProvider = ComputeType.Exact.class,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro demo",
      "  chiaroscuro demo --full --data-dir openmoji --output-dir outputs/full",
    })
final class DemoCommand implements Runnable {

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions model;

  @Option(
      names = "--output-dir",
      defaultValue = "chiaroscuro-demo",
      paramLabel = "FOLDER",
      description = "Where the report is written (default: ${DEFAULT-VALUE}).")
  private Path outputDir;

  @Option(
      names = "--full",
      description = {
        "Make 256 pictures from white noise instead of 64, and more of the others: figures to",
        "rely on, which take four times as long."
      })
  private boolean full;

  @Option(
      names = "--data-dir",
      paramLabel = "FOLDER",
      description = {
        "Measure the data anew, in the folder that 'dataset openmoji' made; otherwise what was",
        "measured before is used."
      })
  private Path dataDir;

  @Option(
      names = "--reference",
      paramLabel = "FOLDER",
      description = {
        "What was measured of the data: the folder 'reference' that a run with --data-dir wrote",
        "(default: what comes with the small model)."
      })
  private Path reference;

  @Option(
      names = "--fine-tunes",
      paramLabel = "FOLDER",
      description = {
        "What was learnt on top of the model, as small files (default: what comes with the small",
        "model)."
      })
  private Path fineTunes;

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "Pictures from white noise; the other sections follow (default: 64).")
  private Integer images;

  @Option(
      names = {"--steps", "--num-inference-steps"},
      defaultValue = "20",
      paramLabel = "N",
      description = "Denoising steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--guidance-scale",
      defaultValue = "3",
      paramLabel = "F",
      description = "Classifier-free guidance (default: ${DEFAULT-VALUE}).")
  private double guidanceScale;

  @Option(
      names = "--batch-size",
      defaultValue = "32",
      paramLabel = "N",
      description = "Pictures made together (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  private Progress progress;

  @Override
  public void run() {
    DemoConfig config = new DemoConfig(imageCount(), steps, guidanceScale, batchSize);
    AtomicFile.requireFolder(outputDir);
    if (!model.isEmbedded() && dataDir == null && reference == null) {
      throw new InvalidInputException(
          "--model %s needs data to compare with; add --data-dir or --reference."
              .formatted(model.given()));
    }
    EmbeddedModel embedded = EmbeddedModel.ofThisBuild();
    FineTunes learnt = new FineTunes(fineTunes(embedded));
    Optional<LearnedEmbedding> word = learnt.lineArtWord();
    try (var loaded =
            StableDiffusion.load(
                model.checkpointWithTokenizer(),
                model.device(),
                model.dtype(),
                word.map(List::of).orElse(List.of()));
        var data = reference(loaded, embedded)) {
      run(loaded, data, learnt, config);
    } finally {
      word.ifPresent(LearnedEmbedding::close);
    }
  }

  private int imageCount() {
    if (images != null) {
      return images;
    }
    return full ? DemoConfig.FULL_IMAGES : DemoConfig.IMAGES;
  }

  /** Those inside are of the model inside. */
  private Optional<Path> fineTunes(EmbeddedModel embedded) {
    return fineTunes == null && model.isEmbedded()
        ? embedded.fineTunes()
        : Optional.ofNullable(fineTunes);
  }

  private Reference reference(StableDiffusion loaded, EmbeddedModel embedded) {
    if (dataDir != null) {
      return Reference.measure(loaded, dataDir, outputDir.resolve("reference"));
    }
    return Reference.read(reference == null ? embedded.reference() : reference);
  }

  private void run(StableDiffusion loaded, Reference data, FineTunes learnt, DemoConfig config) {
    PrintWriter out = spec.commandLine().getOut();
    Demo demo = new Demo(loaded, data, learnt, config, outputDir, n -> progress.step(n, ""));
    try (var bar = Progress.start("Denoising", demo.evaluations(), spec.commandLine().getErr())) {
      progress = bar;
      while (demo.hasNext()) {
        bar.say(demo.next().title() + ": done.");
      }
    }
    Report report = demo.report();
    report.sections().forEach(section -> out.println(ReportText.of(section)));
    out.printf(
        "%d of %d aims reached. The report: %s%n",
        report.aimsMet(), report.aims(), outputDir.resolve(Report.PAGE));
    if (config.images() < DemoConfig.FULL_IMAGES) {
      out.printf(
          Locale.ROOT,
          "A spread of %d pictures is known to %.0f %% only; --full makes %d, for which the aims are meant.%n",
          config.images(),
          100 * config.scatter(),
          DemoConfig.FULL_IMAGES);
    }
  }
}
