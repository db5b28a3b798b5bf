package io.chiaroscuro.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptionedFolderTest {

  @TempDir Path folder;

  private Path picture(String name) {
    return TestPictures.write(folder, name, 4, 4);
  }

  private Path text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private List<CaptionedImage> read() {
    return CaptionedFolder.read(folder, "text", ".txt");
  }

  @Test
  void readsMetadataInItsOrderAndIgnoresOtherFields() throws IOException {
    Path a = picture("a.png");
    Path b = picture("below/b.png");
    picture("unlisted.png");
    text(
        "metadata.jsonl",
        """
        \ufeff{"file_name": "below/b.png", "text": " a bee ", "tags": [1, 2]}

        {"text": "an ähre", "file_name": "a.png"}
        """);
    assertThat(read())
        .containsExactly(new CaptionedImage(b, "a bee"), new CaptionedImage(a, "an ähre"));
  }

  @Test
  void readsTheCaptionFromTheColumnThatIsNamed() throws IOException {
    picture("a.png");
    text("metadata.jsonl", "{\"file_name\": \"a.png\", \"prompt\": \"an ant\"}");
    assertThat(CaptionedFolder.read(folder, "prompt", ".txt").get(0).caption()).isEqualTo("an ant");
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Line 1 of")
        .hasMessageContaining("has no 'text'; give it the caption as text");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"file_name\": \"a.png\", \"text\": | is no JSON object; write it as",
        "{\"file_name\": \"a.png\", \"text\": \"x\"} {} | is no JSON object; write it as",
        "[\"a.png\"] | is no JSON object; write it as",
        "{\"text\": \"x\"} | has no 'file_name'; give it the picture's path",
        "{\"file_name\": 3, \"text\": \"x\"} | has an unusable 'file_name'",
        "{\"file_name\": \"a.png\", \"text\": \" \"} | has an unusable 'text'; give it the caption",
        "{\"file_name\": \"a\\u0000.png\", \"text\": \"x\"} | has an unusable 'file_name'",
        "{\"file_name\": \"c.png\", \"text\": \"x\"} | names the picture 'c.png', which is not there; put it there or remove the line",
      })
  void namesTheWrongLineOfTheMetadata(String line, String complaint) throws IOException {
    picture("a.png");
    Path metadata =
        text("metadata.jsonl", "{\"file_name\": \"a.png\", \"text\": \"x\"}\n\n" + line + "\n");
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("Line 3 of '%s' %s".formatted(metadata, complaint))
        .hasMessageEndingWith(".");
  }

  @Test
  void refusesMetadataWithoutAPicture() throws IOException {
    text("metadata.jsonl", "\n");
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("metadata.jsonl' lists no picture; write a line like");
  }

  @Test
  void refusesMetadataThatIsNotText() throws IOException {
    Files.write(folder.resolve("metadata.jsonl"), new byte[] {(byte) 0xff, (byte) 0xc0, 10});
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is not UTF-8 text; save it in that encoding");
  }

  @Test
  void readsTheFirstLineOfTheTextBesideEachPicture() throws IOException {
    Path b = picture("b.v2.png");
    Path a = picture("a.png");
    text("b.v2.txt", "a bee\nsecond line");
    text("a.txt", "  an ant ");
    assertThat(read())
        .containsExactly(new CaptionedImage(a, "an ant"), new CaptionedImage(b, "a bee"));
  }

  @Test
  void namesThePictureWithoutACaption() throws IOException {
    Path picture = picture("a.png");
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("'%s' has no caption".formatted(picture))
        .hasMessageContaining("a.txt'; write one of them, or give one instance prompt for all.");
    text("a.txt", "\nnot in the first line");
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a.txt' has nothing in its first line; write what 'a.png' shows");
  }

  @Test
  void refusesAFolderWithoutPictures() {
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds no image");
  }

  @Test
  void givesAllPicturesTheInstancePrompt() {
    Path b = picture("b.png");
    Path a = picture("a.png");
    assertThat(CaptionedFolder.withInstancePrompt(folder, "a sks dog"))
        .containsExactly(new CaptionedImage(a, "a sks dog"), new CaptionedImage(b, "a sks dog"));
    assertThatThrownBy(() -> CaptionedFolder.withInstancePrompt(folder, " "))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is empty; say what the pictures show");
  }
}
