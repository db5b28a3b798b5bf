package io.chiaroscuro.training.openmoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmojiPictureTest {

  private static final int SIZE = 100;

  private static EmojiPicture render(String content) {
    return EmojiPicture.render(DrawnOpenMoji.svg(content), "x.svg", SIZE);
  }

  @Test
  void centresAndFillsWhereverItIsDrawn() {
    RgbImage image =
        render("<rect x='3' y='50' width='20' height='10' fill='#00f'/>").over(Background.WHITE);
    // 82 wide and 41 high, in the middle.
    assertThat(image.value(10, 50, 0)).isZero();
    assertThat(image.value(89, 50, 0)).isZero();
    assertThat(image.value(50, 31, 0)).isZero();
    assertThat(image.value(50, 68, 0)).isZero();
    assertThat(image.value(50, 50, 2)).isEqualTo(255);
    assertThat(image.value(7, 50, 0)).isEqualTo(255);
    assertThat(image.value(92, 50, 0)).isEqualTo(255);
    assertThat(image.value(50, 27, 0)).isEqualTo(255);
    assertThat(image.value(50, 72, 0)).isEqualTo(255);
  }

  @Test
  void coversItsShare() {
    double side = EmojiPicture.FILL;
    assertThat(render("<rect x='3' y='5' width='9' height='9'/>").coverage())
        .isCloseTo(side * side, within(0.01));
    assertThat(render("<circle cx='30' cy='30' r='20'/>").coverage())
        .isCloseTo(side * side * Math.PI / 4, within(0.01));
  }

  @Test
  void blendsHalfTransparentColours() {
    RgbImage image =
        render("<rect width='9' height='9' fill='#f00' fill-opacity='0.5'/>")
            .over(Background.WHITE);
    assertThat(image.value(50, 50, 0)).isEqualTo(255);
    assertThat(image.value(50, 50, 1)).isBetween(126, 128);
  }

  @Test
  void dimsColours() {
    RgbImage image =
        render("<rect width='9' height='9' fill='#c86432'/>")
            .lit(0.5, 0.25, 1)
            .over(Background.WHITE);
    assertThat(image.value(50, 50, 0)).isEqualTo(100);
    assertThat(image.value(50, 50, 1)).isEqualTo(25);
    assertThat(image.value(50, 50, 2)).isEqualTo(50);
    assertThat(image.value(2, 2, 0)).isEqualTo(255);
  }

  @Test
  void writesTransparency(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.png");
    render("<circle cx='30' cy='30' r='20' fill='#123456'/>").write(file);
    var image = ImageIO.read(file.toFile());
    assertThat(image.getRGB(50, 50)).isEqualTo(0xff123456);
    assertThat(image.getRGB(1, 1) >>> 24).isZero();
  }

  @Test
  void refusesWhatCannotBeDrawn() {
    assertThatThrownBy(() -> render(""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("x.svg", "empty");
    for (String words :
        new String[] {"Only words.", "<svg><rect width='9' height='9'/>", "<html/>", ""}) {
      byte[] bytes = words.getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> EmojiPicture.render(bytes, "x.svg", SIZE))
          .as(words)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("x.svg");
    }
  }
}
