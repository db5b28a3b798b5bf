package io.chiaroscuro.training.openmoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {

  @TempDir Path folder;

  private static PictureSeries greys(int count) {
    return PictureSeries.of(
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    new CaptionedPicture(
                        RgbImage.solid(4, 4, 51 * i, 51 * i, 51 * i),
                        "grey \"%d\"".formatted(i),
                        i == 0 ? Optional.empty() : Optional.of(Emoji.ALL.get(i)),
                        Background.plain(0x333333 * i)))
            .toList());
  }

  @Test
  void writesAnImageFolder() throws IOException {
    int[] written = {0};
    var brightness = PictureFolder.write(folder, greys(3), () -> written[0]++);
    assertThat(written[0]).isEqualTo(3);
    assertThat(brightness.imageMeans()).containsExactly(0.0, 0.2, 0.4);
    assertThat(ImageDecoder.decode(folder.resolve("00002.png")).value(3, 3, 1)).isEqualTo(102);
    JsonNode[] lines =
        Files.readAllLines(folder.resolve("metadata.jsonl")).stream()
            .map(PictureFolderTest::parsed)
            .toArray(JsonNode[]::new);
    assertThat(lines).hasSize(3);
    assertThat(lines[0].get("file_name").asText()).isEqualTo("00000.png");
    assertThat(lines[0].get("text").asText()).isEqualTo("grey \"0\"");
    assertThat(lines[0].get("emoji").isNull()).isTrue();
    assertThat(lines[2].get("emoji").asText()).isEqualTo(Emoji.ALL.get(2).hexcode());
    assertThat(lines[2].get("background").asText()).isEqualTo("#666666");
  }

  private static JsonNode parsed(String line) {
    try {
      return new JsonMapper().readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  @Test
  void replacesALargerSetAndLeavesOtherFiles() throws IOException {
    PictureFolder.write(folder, greys(5), () -> {});
    Files.writeString(folder.resolve("notes.txt"), "mine");
    PictureFolder.write(folder, greys(2), () -> {});
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("00000.png", "00001.png", "metadata.jsonl", "notes.txt");
    }
  }

  @Test
  void anInterruptedSetHasNoMetadata() {
    PictureFolder.write(folder, greys(3), () -> {});
    assertThatThrownBy(
            () ->
                PictureFolder.write(
                    folder,
                    greys(3),
                    () -> {
                      throw new IllegalStateException("interrupted");
                    }))
        .hasMessage("interrupted");
    assertThat(folder.resolve("metadata.jsonl")).doesNotExist();
    assertThat(folder.resolve("00000.png")).exists();
  }

  @Test
  void refusesAFileForAFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("words.txt"), "Only words.");
    assertThatThrownBy(() -> PictureFolder.write(file, greys(1), () -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("words.txt");
  }
}
