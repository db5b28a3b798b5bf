package io.chiaroscuro.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.fixtures.Fixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

class EventFileTest {

  @TempDir private Path folder;

  @Test
  void checksumsAreThoseOfThePublishedVector() {
    // CRC-32C of "123456789" is e3069283 (RFC 3720); rotated right by 15, that is 2507c60d.
    assertThat(RecordFrame.maskedChecksum("123456789".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(0x2507c60d + 0xa282ead8);
  }

  @Test
  void writesWhatTensorBoardItselfReads() throws IOException {
    byte[] png = Files.readAllBytes(Fixture.path("run/sample.png"));
    double before = Instant.now().getEpochSecond();
    try (var events = EventFile.open(folder, 0)) {
      events.scalars(1, Map.of("train/loss", 0.5));
      events.image(1, "sample/0", png);
      events.text(1, "configuration", "**rank** 4");
    }
    List<Event> read = read(onlyFile());

    assertThat(read).hasSize(5);
    assertThat(read.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(read.get(1).getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    assertThat(read)
        .allSatisfy(
            event ->
                assertThat(event.getWallTime())
                    .isBetween(before, Instant.now().getEpochSecond() + 1.0));
    Summary.Value scalar = read.get(2).getSummary().getValue(0);
    assertThat(read.get(2).getStep()).isEqualTo(1);
    assertThat(scalar.getTag()).isEqualTo("train/loss");
    assertThat(scalar.getSimpleValue()).isEqualTo(0.5f);
    Summary.Image image = read.get(3).getSummary().getValue(0).getImage();
    assertThat(image.getWidth()).isEqualTo(3);
    assertThat(image.getHeight()).isEqualTo(2);
    assertThat(image.getEncodedImageString().toByteArray()).isEqualTo(png);
    Summary.Value text = read.get(4).getSummary().getValue(0);
    assertThat(text.getMetadata().getPluginData().getPluginName()).isEqualTo("text");
    assertThat(text.getTensor().getStringVal(0).toStringUtf8()).isEqualTo("**rank** 4");
  }

  @Test
  void aResumedRunPurgesLaterStepsFromAFileThatSortsLast() throws IOException {
    Path first;
    try (var events = EventFile.open(folder, 0)) {
      first = events.path();
    }
    try (var events = EventFile.open(folder, 7)) {
      assertThat(events.path().getFileName().toString())
          .isGreaterThan(first.getFileName().toString());
      Event start = read(events.path()).get(1);
      assertThat(start.getStep()).isEqualTo(8);
      assertThat(start.getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    }
  }

  private Path onlyFile() throws IOException {
    try (var files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  /** Reads the frames anew, with both checksums of each. */
  private static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
      assertThat(bytes.getInt()).isEqualTo(RecordFrame.maskedChecksum(length));
      byte[] message = new byte[Math.toIntExact(bytes.getLong(bytes.position() - 12))];
      bytes.get(message);
      assertThat(bytes.getInt()).isEqualTo(RecordFrame.maskedChecksum(message));
      events.add(Event.parseFrom(message));
    }
    return events;
  }
}
