package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngFileTest {

  @TempDir Path folder;

  private final RgbImage image = ImageDecoder.decode(Fixture.path("images/files/rgb.png"));

  @Test
  void readsBackWhatItWrote() {
    Path file = folder.resolve("new/a.png");
    Map<String, String> text = new LinkedHashMap<>();
    text.put("prompt", "a dark alley in a rainstorm\nat night");
    text.put("Grüße", "Grüße");
    text.put("negative prompt", "");
    text.put("emoji", "夜 🌌");
    PngFile.write(file, image, text);
    assertThat(PngFile.readText(file)).containsExactlyEntriesOf(text);
    assertThat(ImageDecoder.decode(file).rgb()).isEqualTo(image.rgb());
  }

  @Test
  void addsWordsAndLeavesAllElse() {
    byte[] before = PngFile.encode(image, Map.of("prompt", "night"));
    byte[] after = PngFile.withText(before, Map.of("seed", "7"));
    assertThat(PngFile.readText(after, "after"))
        .containsExactly(entry("seed", "7"), entry("prompt", "night"));
    assertThat(ImageDecoder.decode(after, "after").rgb()).isEqualTo(image.rgb());
    assertThatThrownBy(() -> PngFile.withText(Arrays.copyOf(before, 60), Map.of()))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void otherProgramsReadWhatItWrites() throws Exception {
    Path file = folder.resolve("a.png");
    PngFile.write(file, image, Map.of("prompt", "night", "emoji", "🌌"));
    var reader = ImageIO.getImageReadersByFormatName("png").next();
    try (var in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      var root = reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
      var latin = ((org.w3c.dom.Element) root).getElementsByTagName("tEXtEntry").item(0);
      var unicode = ((org.w3c.dom.Element) root).getElementsByTagName("iTXtEntry").item(0);
      assertThat(latin.getAttributes().getNamedItem("value").getNodeValue()).isEqualTo("night");
      assertThat(unicode.getAttributes().getNamedItem("text").getNodeValue()).isEqualTo("🌌");
    }
  }

  @Test
  void readsWhatPillowWrote() {
    Map<String, String> text = PngFile.readText(Fixture.path("images/text.png"));
    assertThat(text)
        .contains(
            entry("prompt", "a quiet street, 35 mm"),
            entry("titre", "Nuit étoilée 🌌 夜"),
            entry("long", "星".repeat(500)),
            entry("settings", "{\"seed\": 12345, \"steps\": 50}".repeat(40)),
            entry("latin", "Grüße"));
    assertThat(text.keySet()).startsWith("prompt", "settings", "titre");
  }

  @Test
  void refusesATextThatInflatesToGigabytes() throws Exception {
    Path file = compressedTexts(List.of(PngText.MAX_INFLATED + 1));
    refusesAsTooLong(file);
  }

  @Test
  void refusesTextsThatInflateToGigabytesTogether() throws Exception {
    int most = PngText.MAX_INFLATED;
    refusesAsTooLong(compressedTexts(List.of(most / 2, most / 2, most / 2)));
    assertThat(PngFile.readText(compressedTexts(List.of(most / 4, most / 4)))).hasSize(2);
  }

  private Path compressedTexts(List<Integer> lengths) throws IOException {
    Path file = folder.resolve("bomb.png");
    try (var out = Files.newOutputStream(file)) {
      out.write(PngChunk.SIGNATURE);
      for (int i = 0; i < lengths.size(); i++) {
        var data = new ByteArrayOutputStream();
        data.writeBytes(new byte[] {(byte) ('a' + i), 0, 0});
        try (var deflater = new DeflaterOutputStream(data)) {
          deflater.write(new byte[lengths.get(i)]);
        }
        out.write(new PngChunk("zTXt", data.toByteArray()).encoded());
      }
      out.write(new PngChunk("IEND", new byte[0]).encoded());
    }
    return file;
  }

  private static void refusesAsTooLong(Path file) {
    assertThatThrownBy(() -> PngFile.readText(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("bomb.png")
        .hasMessageContaining("longer");
  }

  @Test
  void refusesWhatIsNoWholePng() throws Exception {
    Path jpeg = Fixture.path("images/files/grey.jpg");
    assertThatThrownBy(() -> PngFile.readText(jpeg)).hasMessageContaining("no PNG");
    byte[] whole = Files.readAllBytes(Fixture.path("images/text.png"));
    Path cut = Files.write(folder.resolve("cut.png"), Arrays.copyOf(whole, 100));
    assertThatThrownBy(() -> PngFile.readText(cut))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cut.png");
    assertThatThrownBy(() -> PngFile.readText(folder.resolve("none.png")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.png");
    assertThatThrownBy(() -> PngFile.write(folder.resolve("a.png"), image, Map.of("", "x")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
