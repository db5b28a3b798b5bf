package io.chiaroscuro.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of one run: folders {@code checkpoint-STEP} in its output folder, as diffusers'
 * training scripts name them.
 *
 * <p>A checkpoint appears under its name when it is whole, and only then are older ones deleted; so
 * whatever ends the process, the last complete one is there to resume from. The disk needs room for
 * one more than is kept.
 */
public final class TrainingCheckpoints {

  private static final String PREFIX = "checkpoint-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "\\d{1,18}");

  private final Path outputDir;
  private final int totalLimit;
  private final ObjectNode configuration;
  private final Consumer<String> warnings;

  /**
   * @param outputDir holds the checkpoints; created when the first is written
   * @param totalLimit how many are kept, at least 1 ({@code checkpoints_total_limit}); {@link
   *     Integer#MAX_VALUE} keeps all
   * @param configuration the settings that a resumed run must share, and no others
   * @param warnings told of a checkpoint that is passed over, in one sentence
   */
  public TrainingCheckpoints(
      Path outputDir, int totalLimit, ObjectNode configuration, Consumer<String> warnings) {
    if (totalLimit < 1) {
      throw new InvalidInputException(
          "checkpoints_total_limit is %d; keep at least 1.".formatted(totalLimit));
    }
    this.outputDir = outputDir.toAbsolutePath();
    this.totalLimit = totalLimit;
    this.configuration = asRead(configuration);
    this.warnings = warnings;
  }

  /** Numbers as a file gives them back, so that a float of this run equals the same one read. */
  private static ObjectNode asRead(ObjectNode json) {
    try {
      var mapper = new JsonMapper();
      JsonNode read = mapper.readTree(mapper.writeValueAsBytes(json));
      return (ObjectNode) read;
    } catch (IOException e) {
      throw new IllegalStateException("A tree in memory is always JSON.", e);
    }
  }

  /**
   * Writes {@code checkpoint-STEP}, then deletes the oldest beyond the limit.
   *
   * @param step how many steps were done
   * @throws InvalidInputException if it cannot be written, for example since the disk is full; the
   *     checkpoints there are then as before
   */
  public void write(long step, TrainingState state) {
    Path folder = outputDir.resolve(PREFIX + step);
    try {
      Files.createDirectories(outputDir);
      if (Files.exists(folder)) {
        if (isWhole(folder)) {
          throw new IllegalArgumentException("%s is written already.".formatted(folder));
        }
        CheckpointFolder.delete(folder);
      }
      CheckpointFolder.write(folder, step, configuration, state);
      // What lies later is torn, or else the run would have been refused: it does not count.
      for (Path old : newestFirst().filter(c -> step(c) <= step).skip(totalLimit).toList()) {
        CheckpointFolder.delete(old);
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot write %s (%s); check that the folder is writable and has room."
              .formatted(folder, AtomicFile.reason(e)),
          e);
    }
  }

  /**
   * Refuses a run from the start over the checkpoints of another.
   *
   * @throws InvalidInputException if there is a checkpoint
   */
  public void requireNone() {
    newestFirst()
        .findFirst()
        .ifPresent(
            found -> {
              throw new InvalidInputException(
                  "%s is there already; continue it with --resume_from_checkpoint latest, or choose another output folder."
                      .formatted(found));
            });
  }

  /**
   * The newest checkpoint that is whole; newer ones that are not are passed over with a warning.
   *
   * @return empty if there is none
   * @throws InvalidInputException if it was written with another setting
   */
  public Optional<SavedState> latest() {
    return newestFirst()
        .map(this::whole)
        .flatMap(Optional::stream)
        .findFirst()
        .map(this::requireSameSettings);
  }

  /**
   * The checkpoint at {@code folder}, a path or a name in the output folder.
   *
   * @throws InvalidInputException if it is not whole, was written with another setting, or later
   *     ones are there, which would be mistaken for this run's
   */
  public SavedState at(Path folder) {
    Path path = Files.isDirectory(folder) ? folder : outputDir.resolve(folder);
    SavedState saved = requireSameSettings(new SavedState(path));
    Optional<Path> later =
        newestFirst().filter(other -> step(other) > saved.step()).filter(this::isWhole).findFirst();
    if (later.isPresent()) {
      saved.close();
      throw new InvalidInputException(
          "Cannot resume from %s, since %s is later; move the later ones away or choose another output folder."
              .formatted(path, later.get()));
    }
    return saved;
  }

  private boolean isWhole(Path folder) {
    Optional<SavedState> saved = whole(folder);
    saved.ifPresent(SavedState::close);
    return saved.isPresent();
  }

  private Optional<SavedState> whole(Path folder) {
    try {
      return Optional.of(new SavedState(folder));
    } catch (InvalidInputException e) {
      warnings.accept("%s is passed over: %s".formatted(folder.getFileName(), e.getMessage()));
      return Optional.empty();
    }
  }

  private SavedState requireSameSettings(SavedState saved) {
    Optional<DifferingSetting> differing =
        DifferingSetting.between(saved.configuration(), configuration);
    if (differing.isEmpty()) {
      return saved;
    }
    saved.close();
    throw new InvalidInputException(
        "Cannot resume from %s: %s; give the same setting or choose another output folder."
            .formatted(saved.folder(), differing.get()));
  }

  private Stream<Path> newestFirst() {
    try (Stream<Path> entries = Files.list(outputDir)) {
      return entries
          .filter(entry -> NAME.matcher(entry.getFileName().toString()).matches())
          .filter(Files::isDirectory)
          .sorted(Comparator.comparingLong(TrainingCheckpoints::step).reversed())
          .toList()
          .stream();
    } catch (NoSuchFileException e) {
      return Stream.empty();
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check the path and its permissions."
              .formatted(outputDir, AtomicFile.reason(e)),
          e);
    }
  }

  private static long step(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().substring(PREFIX.length()));
  }
}
