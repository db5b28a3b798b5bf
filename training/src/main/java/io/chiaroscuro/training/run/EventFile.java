package io.chiaroscuro.training.run;

import com.google.protobuf.ByteString;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * What TensorBoard shows of a run: scalars, sample images and text, each at its step and time.
 *
 * <p>Every start of a run writes a file of its own into the run's folder, and TensorBoard joins
 * them in the order of their names; the start of a resumed run tells it to forget what an earlier
 * file holds of later steps. An event reaches the operating system in one write, and TensorBoard
 * passes over the one that a killed process left incomplete.
 */
public final class EventFile implements AutoCloseable {

  private static final String PREFIX = "events.out.tfevents.";

  private final Path path;
  private final FileChannel channel;

  private EventFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Starts a new file in {@code folder}, which is created where absent.
   *
   * @param step the last one of earlier files that counts; 0 for a new run
   * @throws InvalidInputException if the folder cannot be written
   */
  public static EventFile open(Path folder, long step) {
    try {
      Files.createDirectories(folder);
      Path path = folder.resolve("%s%010d.chiaroscuro".formatted(PREFIX, startTime(folder)));
      EventFile file =
          new EventFile(
              path,
              FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
      file.write(event(0).setFileVersion("brain.Event:2"));
      file.write(
          event(step + 1)
              .setSessionLog(
                  SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START).build()));
      return file;
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /** Seconds since 1970, but later than every earlier file's, since names decide the order. */
  private static long startTime(Path folder) throws IOException {
    long now = Instant.now().getEpochSecond();
    try (Stream<Path> files = Files.list(folder)) {
      OptionalLong latest =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.matches("events\\.out\\.tfevents\\.\\d{10}\\..*"))
              .mapToLong(
                  name -> Long.parseLong(name.substring(PREFIX.length(), PREFIX.length() + 10)))
              .max();
      return latest.isPresent() ? Math.max(now, latest.getAsLong() + 1) : now;
    }
  }

  /**
   * Curves: one point each.
   *
   * @param values by tag, {@code train/loss} for example; the part before the slash groups them
   * @throws InvalidInputException if the file cannot be written, as with every method here
   */
  public void scalars(long step, Map<String, Double> values) {
    Summary.Builder summary = Summary.newBuilder();
    values.forEach(
        (tag, value) -> summary.addValueBuilder().setTag(tag).setSimpleValue(value.floatValue()));
    write(event(step).setSummary(summary));
  }

  /**
   * One image.
   *
   * @param png the bytes of an RGB PNG file
   */
  public void image(long step, String tag, byte[] png) {
    // A PNG starts with eight bytes of signature, then the chunk IHDR: width and height first.
    ByteBuffer header = ByteBuffer.wrap(png);
    Summary.Builder summary = Summary.newBuilder();
    summary
        .addValueBuilder()
        .setTag(tag)
        .setImage(
            Summary.Image.newBuilder()
                .setWidth(header.getInt(16))
                .setHeight(header.getInt(20))
                .setColorspace(3)
                .setEncodedImageString(ByteString.copyFrom(png)));
    write(event(step).setSummary(summary));
  }

  /**
   * One text.
   *
   * @param markdown what TensorBoard renders
   */
  public void text(long step, String tag, String markdown) {
    Summary.Builder summary = Summary.newBuilder();
    summary
        .addValueBuilder()
        .setTag(tag)
        .setMetadata(
            SummaryMetadata.newBuilder()
                .setPluginData(SummaryMetadata.PluginData.newBuilder().setPluginName("text")))
        .setTensor(
            TensorProto.newBuilder()
                .setDtype(DataType.DT_STRING)
                .setTensorShape(
                    TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
                .addStringVal(ByteString.copyFromUtf8(markdown)));
    write(event(step).setSummary(summary));
  }

  private static Event.Builder event(long step) {
    return Event.newBuilder().setWallTime(System.currentTimeMillis() / 1000.0).setStep(step);
  }

  private void write(Event.Builder event) {
    ByteBuffer record = RecordFrame.of(event.build().toByteArray());
    try {
      while (record.hasRemaining()) {
        channel.write(record);
      }
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  /** The file that this run writes. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  private static InvalidInputException unwritable(Path path, IOException e) {
    return new InvalidInputException(
        "Cannot write TensorBoard's events to %s (%s); check that the folder is writable and has room."
            .formatted(path, AtomicFile.reason(e)),
        e);
  }
}
