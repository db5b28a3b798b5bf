package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LightPicturesTest {

  /** The brightest of the four sides' middles, clockwise from above. */
  @ParameterizedTest
  @CsvSource({
    "0, right",
    "90, above",
    "180, left",
    "270, below",
    "-90, below",
    "360, right",
    "450, above"
  })
  void lightFallsFromWhereTheAngleSays(double angle, String from) {
    RgbImage image = new SideLight(angle, 1).draw(RgbColor.MIDDLE_GREY, 21, 11);
    int brightest =
        switch (from) {
          case "right" -> image.value(20, 5, 0);
          case "left" -> image.value(0, 5, 0);
          case "above" -> image.value(10, 0, 0);
          default -> image.value(10, 10, 0);
        };
    int darkest =
        switch (from) {
          case "right" -> image.value(0, 5, 0);
          case "left" -> image.value(20, 5, 0);
          case "above" -> image.value(10, 10, 0);
          default -> image.value(10, 0, 0);
        };
    assertThat(brightest).isEqualTo(255);
    assertThat(darkest).isZero();
    assertThat(image.value(10, 5, 0)).isEqualTo(128);
  }

  @Test
  void obliqueLightReachesFromCornerToCornerInItsTrueDirection() {
    RgbImage image = new SideLight(45, 0.5).draw(new RgbColor(100, 60, 20), 41, 21);
    assertThat(image.value(40, 0, 0)).isEqualTo(150);
    assertThat(image.value(40, 0, 1)).isEqualTo(90);
    assertThat(image.value(0, 20, 2)).isEqualTo(10);
    // Along the light's front, at right angles to it, nothing changes.
    assertThat(image.value(10, 5, 0)).isEqualTo(image.value(15, 10, 0));
  }

  @Test
  void evenLightShowsTheWallAsItIs() {
    RgbImage image = new SideLight(33, 0).draw(new RgbColor(1, 2, 3), 5, 4);
    assertThat(image.rgb()).isEqualTo(RgbImage.solid(5, 4, 1, 2, 3).rgb());
    assertThat(new SideLight(33, 1).draw(new RgbColor(1, 2, 3), 1, 1).rgb())
        .containsExactly(1, 2, 3);
  }

  @Test
  void lightIsParsed() {
    assertThat(SideLight.parse("180")).isEqualTo(new SideLight(180, 0.5));
    assertThat(SideLight.parse(" -22.5:1 ")).isEqualTo(new SideLight(-22.5, 1));
    assertThat(SideLight.parse("180").toString()).isEqualTo("180.0:0.5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"left", "", "1:2:3", "90:", ":1", "90:much"})
  void refusesWhatIsNoLight(String text) {
    assertThatThrownBy(() -> SideLight.parse(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("ANGLE:STRENGTH");
  }

  @ParameterizedTest
  @CsvSource({
    "90:1.1, 0 (even light)",
    "90:-0.1, 0 (even light)",
    "NaN, degrees",
    "Infinity:1, degrees"
  })
  void refusesLightOutOfRange(String text, String sentence) {
    assertThatThrownBy(() -> SideLight.parse(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void aPaletteHasItsColoursInItsCornersAndIsBilinearBetween() {
    RgbImage image = Palette.parse("#ff0000,00ff00,#0000FF,#ffffff").draw(11, 5);
    assertThat(pixel(image, 0, 0)).containsExactly(255, 0, 0);
    assertThat(pixel(image, 10, 0)).containsExactly(0, 255, 0);
    assertThat(pixel(image, 0, 4)).containsExactly(0, 0, 255);
    assertThat(pixel(image, 10, 4)).containsExactly(255, 255, 255);
    assertThat(pixel(image, 5, 2)).containsExactly(128, 128, 128);
    assertThat(pixel(image, 5, 0)).containsExactly(128, 128, 0);
    assertThat(Palette.parse("#ff0000,00ff00,#0000FF,#ffffff").toString())
        .isEqualTo("#ff0000,#00ff00,#0000ff,#ffffff");
  }

  @Test
  void refusesWhatIsNoPalette() {
    assertThatThrownBy(() -> Palette.parse("#ff0000,#00ff00"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("four corners")
        .hasMessageContaining("not 2");
    assertThatThrownBy(() -> Palette.parse("#ff0000,red,#00ff00,#000000"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'red' is no colour");
  }

  private static int[] pixel(RgbImage image, int x, int y) {
    return new int[] {image.value(x, y, 0), image.value(x, y, 1), image.value(x, y, 2)};
  }
}
