package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

  private static final SafetensorsFile EXPECTED = Fixture.tensors("images/decoded");

  @TempDir Path folder;

  @AfterAll
  static void close() {
    EXPECTED.close();
  }

  static List<Path> files() {
    return ImageFolder.list(Fixture.path("images/files"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void decodesAsPillowDoes(Path file) {
    var agreement =
        PixelAgreement.of(
            ImageDecoder.decode(file), EXPECTED.tensor(file.getFileName().toString()));
    assertThat(agreement.withinOne()).isGreaterThanOrEqualTo(0.999);
    assertThat(agreement.largest()).isLessThanOrEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("files")
  void tellsTheSizeWithoutDecoding(Path file) {
    RgbImage image = ImageDecoder.decode(file);
    assertThat(ImageDecoder.size(file)).isEqualTo(new ImageSize(image.width(), image.height()));
  }

  @Test
  void leavesThePictureAsStoredWhereAsked() {
    RgbImage image =
        ImageDecoder.decode(file("orientation-6.jpg"), ImageDecoder.Orientation.AS_STORED);
    assertThat(PixelAgreement.of(image, EXPECTED.tensor("orientation-6.jpg as stored")).withinOne())
        .isEqualTo(1);
  }

  @Test
  void severalThreadsDecodeAtOnce() {
    List<Path> files = files();
    var agreements =
        IntStream.range(0, 4 * files.size())
            .parallel()
            .mapToObj(i -> files.get(i % files.size()))
            .map(
                file ->
                    PixelAgreement.of(
                        ImageDecoder.decode(file), EXPECTED.tensor(file.getFileName().toString())))
            .toList();
    assertThat(agreements).allMatch(agreement -> agreement.withinOne() >= 0.999);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb-420.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "rgb.png",
        "interlaced.png",
        "lossy.webp",
        "lossless.webp",
        "lossy-alpha.webp",
        "animated.webp",
        "rgb.bmp",
        "palette.gif",
        "lzw.tiff",
        "rgb.tiff"
      })
  void saysWhichFileIsTruncated(String name) throws Exception {
    byte[] whole = Files.readAllBytes(file(name));
    for (int percent = 5; percent < 95; percent += 10) {
      Path cut = folder.resolve("cut-" + name);
      Files.write(cut, Arrays.copyOf(whole, whole.length * percent / 100));
      assertRefused(cut, "truncated");
    }
  }

  @Test
  void aJpegWithoutItsEndMarkerIsWhole() throws Exception {
    byte[] whole = Files.readAllBytes(file("rgb-420.jpg"));
    Path cut = Files.write(folder.resolve("a.jpg"), Arrays.copyOf(whole, whole.length - 2));
    assertThat(ImageDecoder.decode(cut).rgb())
        .isEqualTo(ImageDecoder.decode(file("rgb-420.jpg")).rgb());
  }

  @Test
  void aWebpWithoutItsLastByteIsTruncatedEvenIfNoPictureIsInIt() throws Exception {
    byte[] whole = Files.readAllBytes(file("orientation-8.webp"));
    assertRefused(
        Files.write(folder.resolve("a.webp"), Arrays.copyOf(whole, whole.length - 1)),
        "ends too early");
  }

  @ParameterizedTest
  @MethodSource("files")
  void damagedFilesAreDecodedOrRefused(Path file) throws Exception {
    byte[] whole = Files.readAllBytes(file);
    var random = new Random(file.getFileName().toString().hashCode());
    Path altered = folder.resolve("altered");
    // Native code that strays ends the JVM rather than throw, so that it is tried more often.
    int attempts = file.toString().endsWith(".webp") ? 300 : 20;
    for (int attempt = 0; attempt < attempts; attempt++) {
      byte[] bytes = whole.clone();
      for (int i = 0; i < 4; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Files.write(altered, bytes);
      try {
        assertThat(ImageDecoder.decode(altered).width()).isPositive();
      } catch (InvalidInputException e) {
        assertThat(e.getMessage())
            .contains("altered")
            .containsAnyOf("damaged", "convert or remove it", "scale it down")
            .doesNotContain("\n");
      }
    }
  }

  @Test
  void refusesWhatIsNoImage() throws Exception {
    assertRefused(Files.createFile(folder.resolve("empty.png")), "is empty");
    assertRefused(Files.writeString(folder.resolve("notes.jpg"), "not an image"), "no JPEG, PNG");
    assertRefused(folder.resolve("missing.png"), "no such file");
    assertRefused(folder, "is a folder");
  }

  @Test
  void refusesAnImageThatClaimsBillionsOfPixels() throws Exception {
    byte[] png = Files.readAllBytes(file("rgb.png"));
    ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 50_000);
    assertRefused(Files.write(folder.resolve("bomb.png"), png), "60000x50000");
    byte[] webp = Files.readAllBytes(file("lossy.webp"));
    ByteBuffer.wrap(webp).putShort(26, (short) 0xff3f).putShort(28, (short) 0xff3f);
    assertRefused(Files.write(folder.resolve("bomb.webp"), webp), "16383x16383");
    byte[] jpeg = Files.readAllBytes(file("rgb-444.jpg"));
    int sof = indexOf(jpeg, (byte) 0xff, (byte) 0xc0);
    ByteBuffer.wrap(jpeg).putShort(sof + 5, (short) 60_000).putShort(sof + 7, (short) 60_000);
    assertRefused(Files.write(folder.resolve("bomb.jpg"), jpeg), "60000x60000");
  }

  private static int indexOf(byte[] bytes, byte first, byte second) {
    return IntStream.range(0, bytes.length - 1)
        .filter(i -> bytes[i] == first && bytes[i + 1] == second)
        .findFirst()
        .orElseThrow();
  }

  private static void assertRefused(Path file, String because) {
    assertThatThrownBy(() -> ImageDecoder.decode(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContaining(because)
        .message()
        .doesNotContain("\n");
  }

  private static Path file(String name) {
    return Fixture.path("images/files/" + name);
  }
}
