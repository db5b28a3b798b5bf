package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.original.SingleFile;
import io.chiaroscuro.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro convert}: from one file to the diffusers folder layout. */
@Command(
    name = "convert",
    description = "Writes a checkpoint in one file as a folder in the diffusers layout.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "PyTorch's .ckpt files are programs; they are read without being run, and refused if they",
      "would do more than hold weights.",
      "",
      "Examples:",
      "  chiaroscuro convert v1-5-pruned-emaonly.safetensors --output-dir stable-diffusion-v1-5",
      "  chiaroscuro convert 512-base-ema.ckpt --output-dir base --prediction-type epsilon \\",
      "      --dtype float16",
    })
final class ConvertCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The checkpoint: .safetensors or .ckpt.")
  private Path file;

  @Option(
      names = "--output-dir",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the folders of the networks are written; empty or new.")
  private Path outputDir;

  @Mixin private SingleFileOptions singleFile;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "float32, bfloat16 or float16, to write the weights in (default: as they are).")
  private String dtype;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    Optional<DType> target = Optional.ofNullable(dtype).map(DType::parseCompute);
    AtomicFile.requireFolder(outputDir);
    requireEmpty();
    SingleFile checkpoint = singleFile.open(file);
    Path tokenizer = singleFile.tokenizer(checkpoint, spec);
    checkpoint.convert(outputDir, Optional.of(tokenizer), target);
    report(checkpoint);
    return 0;
  }

  private void requireEmpty() {
    if (Files.isDirectory(outputDir)) {
      try (Stream<Path> files = Files.list(outputDir)) {
        if (files.findAny().isPresent()) {
          throw new InvalidInputException(
              "--output-dir %s is not empty; choose a new folder.".formatted(outputDir));
        }
      } catch (IOException e) {
        throw new InvalidInputException(
            "Cannot read %s (%s); choose another folder."
                .formatted(outputDir, AtomicFile.reason(e)),
            e);
      }
    }
  }

  private void report(SingleFile checkpoint) {
    Map<String, Object> result = new LinkedHashMap<>();
    String prediction = checkpoint.predictionType().name().toLowerCase(Locale.ROOT);
    result.put("output_dir", outputDir.toString());
    result.put("family", checkpoint.title());
    result.put("prediction_type", prediction);
    json.print(
        spec.commandLine().getOut(),
        result,
        "%s: %s, %s.".formatted(outputDir, checkpoint.title(), prediction));
  }
}
