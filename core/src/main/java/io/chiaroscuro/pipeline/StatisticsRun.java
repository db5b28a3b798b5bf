package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.leak.LeakStatistics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Computes a signal leak's statistics from pictures, as a lazy sequence of batches: progress comes
 * from iterating, stopping loses at most what the latest {@link #SAVE_EVERY} brought. The state of
 * an unfinished run lies in the output folder; the same request finds it and continues.
 *
 * <pre>{@code
 * try (var run = new StatisticsRun(encoder, checkpoint, request, outputDir)) {
 *   run.forEachRemaining(batch -> System.out.println(batch.consumed()));
 *   run.finish().close();
 * }
 * }</pre>
 */
public final class StatisticsRun implements Iterator<LatentStream.Batch<Path>>, AutoCloseable {

  /** How often the state is saved unless another interval is given. */
  public static final Duration SAVE_EVERY = Duration.ofSeconds(20);

  private static final String UNFINISHED = "unfinished.safetensors";
  private static final String FINGERPRINT = "fingerprint";
  private static final String CONSUMED = "consumed";
  private static final String SKIPPED = "skipped";

  private final StatisticsRequest request;
  private final Path outputDir;
  private final Duration saveEvery;
  private final Map<String, String> provenance;
  private final String fingerprint;
  private final LeakAccumulator accumulator;
  private final LatentStream<Path> stream;
  private final int resumedAt;
  private int consumed;
  private int skipped;
  private long savedNanos = System.nanoTime();

  /**
   * @param encoder of {@code checkpoint}; stays the caller's
   * @param outputDir where the statistics go, and the state while they are unfinished
   * @throws InvalidInputException if the request does not suit the model, or the folder holds a
   *     damaged state
   */
  public StatisticsRun(
      LatentEncoder encoder, Checkpoint checkpoint, StatisticsRequest request, Path outputDir) {
    this(encoder, checkpoint, request, outputDir, SAVE_EVERY);
  }

  /** As above, saving the state once {@code saveEvery} has passed; zero saves after each batch. */
  public StatisticsRun(
      LatentEncoder encoder,
      Checkpoint checkpoint,
      StatisticsRequest request,
      Path outputDir,
      Duration saveEvery) {
    AtomicFile.requireFolder(outputDir);
    this.request = request;
    this.outputDir = outputDir;
    this.saveEvery = saveEvery;
    this.provenance = provenance(checkpoint, encoder, request);
    this.fingerprint = fingerprint(provenance, request);
    StatisticsSettings settings = request.settings();
    ImagePreparation preparation = settings.preparation();
    var shape = encoder.latentShape(preparation.width(), preparation.height());
    try (var opened = new Opened()) {
      Optional<LeakAccumulator.Saved> saved = saved();
      this.accumulator =
          opened.add(
              saved
                  .map(LeakAccumulator.Saved::accumulator)
                  .orElseGet(() -> settings.accumulator(shape)));
      this.resumedAt = saved.map(s -> Integer.parseInt(s.metadata().get(CONSUMED))).orElse(0);
      this.skipped = saved.map(s -> Integer.parseInt(s.metadata().get(SKIPPED))).orElse(0);
      this.consumed = resumedAt;
      this.stream =
          new LatentStream<>(
              encoder,
              request.files().listIterator(consumed),
              consumed,
              settings.batchSize(),
              preparation::prepare);
      opened.release();
    }
  }

  /** The state that an interrupted run of this very request left behind. */
  private Optional<LeakAccumulator.Saved> saved() {
    if (!Files.exists(unfinished())) {
      return Optional.empty();
    }
    LeakAccumulator.Saved saved = LeakAccumulator.restore(unfinished());
    if (fingerprint.equals(saved.metadata().get(FINGERPRINT))) {
      return Optional.of(saved);
    }
    saved.accumulator().close();
    return Optional.empty();
  }

  /**
   * The statistics that an earlier run of this very request finished, as far as names and sizes of
   * files tell; they belong to the caller.
   *
   * @throws InvalidInputException if the folder holds statistics that are damaged
   */
  public static Optional<LeakStatistics> finished(
      LatentEncoder encoder, Checkpoint checkpoint, StatisticsRequest request, Path outputDir) {
    if (!LeakStatistics.exist(outputDir)) {
      return Optional.empty();
    }
    LeakStatistics statistics = LeakStatistics.read(outputDir);
    String wanted = fingerprint(provenance(checkpoint, encoder, request), request);
    if (wanted.equals(statistics.provenance().get(FINGERPRINT))) {
      return Optional.of(statistics);
    }
    statistics.close();
    return Optional.empty();
  }

  /** How many files an earlier, interrupted run had done; 0 if there was none. */
  public int resumedAt() {
    return resumedAt;
  }

  /** How many files were broken, those of the earlier run included. */
  public int skipped() {
    return skipped;
  }

  @Override
  public boolean hasNext() {
    return stream.hasNext();
  }

  @Override
  public LatentStream.Batch<Path> next() {
    LatentStream.Batch<Path> batch = stream.next();
    batch.latents().ifPresent(accumulator::add);
    consumed = batch.consumed();
    skipped += batch.skipped().size();
    if (System.nanoTime() - savedNanos >= saveEvery.toNanos()) {
      save();
    }
    return batch;
  }

  private void save() {
    accumulator.save(
        unfinished(),
        Map.of(
            FINGERPRINT, fingerprint,
            CONSUMED, String.valueOf(consumed),
            SKIPPED, String.valueOf(skipped)));
    savedNanos = System.nanoTime();
  }

  /**
   * Writes the statistics once all files are done, and returns them; they belong to the caller.
   *
   * @throws InvalidInputException if fewer than two files were whole, or they cannot be written
   */
  public LeakStatistics finish() {
    if (hasNext()) {
      throw new IllegalStateException("Files are left to be done.");
    }
    if (accumulator.count() == 0) {
      throw new InvalidInputException(
          "None of the %d files is a whole picture; give others."
              .formatted(request.files().size()));
    }
    Map<String, String> facts = new LinkedHashMap<>(provenance);
    facts.put(FINGERPRINT, fingerprint);
    LeakStatistics statistics = accumulator.statistics(facts);
    try {
      statistics.write(outputDir);
      Files.deleteIfExists(unfinished());
    } catch (IOException e) {
      statistics.close();
      throw new InvalidInputException(
          "Cannot delete %s (%s); delete it yourself."
              .formatted(unfinished(), AtomicFile.reason(e)),
          e);
    } catch (RuntimeException e) {
      statistics.close();
      throw e;
    }
    return statistics;
  }

  private Path unfinished() {
    return outputDir.resolve(UNFINISHED);
  }

  private static Map<String, String> provenance(
      Checkpoint checkpoint, LatentEncoder encoder, StatisticsRequest request) {
    return request.settings().provenance(checkpoint.name(), checkpoint.hash(), encoder.dtype());
  }

  /** The same for the same pictures and settings only: a run may continue another's state then. */
  private static String fingerprint(Map<String, String> provenance, StatisticsRequest request) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(provenance.toString().getBytes(StandardCharsets.UTF_8));
      for (Path file : request.files()) {
        String facts = "%s %d\n".formatted(file, file.toFile().length());
        digest.update(facts.getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }

  @Override
  public void close() {
    stream.close();
    accumulator.close();
  }
}
