package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.ContactSheet;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.training.evaluation.EmojiRecognition;
import io.chiaroscuro.training.evaluation.Evaluation;
import io.chiaroscuro.training.evaluation.JudgedPicture;
import io.chiaroscuro.training.openmoji.Caption;
import io.chiaroscuro.training.openmoji.DrawnEmoji;
import io.chiaroscuro.training.openmoji.Emoji;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro demo-model evaluate}: whether a model draws what it is asked for. */
@Command(
    name = "evaluate",
    description = {
      "Asks a model for emoji and tells how many it draws recognisably: each picture's latents are",
      "compared with every emoji's, the background set aside."
    },
    mixinStandardHelpOptions = true,
    defaultValueProvider = ComputeType.Exact.class,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  chiaroscuro dataset openmoji --source openmoji-17.0.0.tgz --output-dir openmoji",
      "  chiaroscuro demo-model evaluate --data-dir openmoji --output-dir evaluation",
    })
final class EvaluateCommand implements Runnable {

  private static final int COLUMNS = 10;
  private static final int FEW = 5;

  @Spec private CommandSpec spec;
  @Mixin private ModelOptions model;
  @Mixin private JsonOption json;

  @Option(
      names = "--data-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "The set that the model learnt from, made by 'chiaroscuro dataset openmoji'.")
  private Path dataDir;

  @Option(
      names = "--output-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the contact sheet is written.")
  private Path outputDir;

  @Option(
      names = "--captions",
      defaultValue = "200",
      paramLabel = "N",
      description = "How many pictures (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = {"--steps", "--num-inference-steps"},
      defaultValue = "30",
      paramLabel = "N",
      description = "Denoising steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--guidance-scale",
      defaultValue = "3",
      paramLabel = "W",
      description = "Classifier-free guidance, 1 for none (default: ${DEFAULT-VALUE}).")
  private double guidanceScale;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Of captions and noise (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--batch-size",
      defaultValue = "10",
      paramLabel = "N",
      description = "Pictures made together; they stay the same (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Override
  public void run() {
    if (count < 1 || batchSize < 1) {
      throw new InvalidInputException(
          "--captions is %d and --batch-size %d; give 1 or more.".formatted(count, batchSize));
    }
    AtomicFile.requireFolder(outputDir);
    List<DrawnEmoji> drawn = DrawnEmoji.read(dataDir);
    try (var loaded =
            StableDiffusion.load(
                model.checkpointWithTokenizer(), model.device(), model.dtype(), List.of());
        var recognition = recognition(loaded, drawn)) {
      List<JudgedPicture> pictures = pictures(loaded, recognition);
      Path sheet = outputDir.resolve("contact-sheet.png");
      PngFile.write(sheet, sheet(pictures).draw(), Map.of());
      report(pictures, sheet);
    }
  }

  private EmojiRecognition recognition(StableDiffusion loaded, List<DrawnEmoji> drawn) {
    requireSize(loaded, drawn.get(0).picture().size());
    // Closing this encoder would close the model's autoencoder; the model does that.
    var encoder = new LatentEncoder(loaded.vae());
    try (var progress = Progress.start("Encoding", drawn.size(), spec.commandLine().getErr())) {
      return new EmojiRecognition(drawn, encoder, progress::step);
    }
  }

  private void requireSize(StableDiffusion loaded, int size) {
    if (size != loaded.trainedSize()) {
      throw new InvalidInputException(
          "The emoji in %s are %d pixels wide, but the model's pictures %d; make the set with --size %d."
              .formatted(dataDir, size, loaded.trainedSize(), loaded.trainedSize()));
    }
  }

  private List<JudgedPicture> pictures(StableDiffusion loaded, EmojiRecognition recognition) {
    var request =
        new GenerationRequest(
            "",
            "",
            loaded.trainedSize(),
            loaded.trainedSize(),
            steps,
            guidanceScale,
            0,
            0,
            loaded.schedulerConfig());
    List<Caption> captions = Caption.draw(recognition.emoji(), count, seed);
    List<JudgedPicture> pictures = new ArrayList<>();
    try (var progress = Progress.start("Drawing", count, spec.commandLine().getErr())) {
      var evaluation = new Evaluation(loaded, recognition, request, captions, batchSize, seed);
      while (evaluation.hasNext()) {
        List<JudgedPicture> batch = evaluation.next();
        pictures.addAll(batch);
        progress.step(batch.size(), percent("first in %s", JudgedPicture.recognised(pictures, 1)));
      }
    }
    return pictures;
  }

  /** Under each picture the place of what was asked for, and what that was. */
  private static ContactSheet sheet(List<JudgedPicture> pictures) {
    List<ContactSheet.Row> rows = new ArrayList<>();
    for (int first = 0; first < pictures.size(); first += COLUMNS) {
      rows.add(
          new ContactSheet.Row(
              "",
              pictures.subList(first, Math.min(first + COLUMNS, pictures.size())).stream()
                  .map(
                      p ->
                          new ContactSheet.Cell(
                              p.image(), "%d %s".formatted(p.place(), p.caption().emoji().name())))
                  .toList()));
    }
    return new ContactSheet(prose(pictures), List.of(), rows);
  }

  private void report(List<JudgedPicture> pictures, Path sheet) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("first", JudgedPicture.recognised(pictures, 1));
    result.put("among_first_five", JudgedPicture.recognised(pictures, FEW));
    result.put("contact_sheet", sheet.toString());
    result.put("pictures", pictures.stream().map(EvaluateCommand::describe).toList());
    json.print(
        spec.commandLine().getOut(), result, prose(pictures) + System.lineSeparator() + sheet);
  }

  private static Map<String, Object> describe(JudgedPicture picture) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("caption", picture.caption().text());
    facts.put("seed", picture.seed());
    facts.put("place", picture.place());
    facts.put("likeliest", picture.ranking().stream().limit(FEW).map(Emoji::name).toList());
    return facts;
  }

  private static String prose(List<JudgedPicture> pictures) {
    return "Of %d pictures %s and %s."
        .formatted(
            pictures.size(),
            percent("%s have the right emoji first", JudgedPicture.recognised(pictures, 1)),
            percent("%s among the first five", JudgedPicture.recognised(pictures, FEW)));
  }

  private static String percent(String text, double share) {
    return text.formatted(String.format(Locale.ROOT, "%.1f %%", 100 * share));
  }
}
