package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.image.ContactSheet.Cell;
import io.chiaroscuro.image.ContactSheet.Row;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContactSheetTest {

  private final RgbImage red = RgbImage.solid(60, 40, 200, 0, 0);
  private final RgbImage blue = RgbImage.solid(60, 40, 0, 0, 200);

  @Test
  void showsEveryImageWhole() {
    var rows =
        List.of(
            new Row("seed 1", List.of(new Cell(red, "mean 0.3"), new Cell(blue, "mean 0.2"))),
            new Row("seed 2", List.of(new Cell(red, ""))));
    RgbImage sheet = new ContactSheet("", List.of("without", "with"), rows).draw();
    assertThat(pixels(sheet, 200, 0, 0)).isEqualTo(2 * 60 * 40);
    assertThat(pixels(sheet, 0, 0, 200)).isEqualTo(60 * 40);
    assertThat(pixels(sheet, 0, 0, 0)).as("letters").isGreaterThan(100);
  }

  @Test
  void everyCharacterThatCanBeTypedHasItsOwnLook() {
    List<String> looks = IntStream.rangeClosed(' ', '~').mapToObj(c -> look((char) c)).toList();
    assertThat(looks).hasSize(95).doesNotHaveDuplicates();
    assertThat(looks.subList(1, 95)).allMatch(look -> look.contains("#"));
  }

  @Test
  void wordsOfAnyLanguageAndLengthDoNoHarm() {
    assertThat(BitmapFont.shown("étoilée 夜🌌\n!")).isEqualTo("etoilee ?? !");
    var rows = List.of(new Row("", List.of(new Cell(red, "夜".repeat(500)))));
    RgbImage sheet = new ContactSheet("word ".repeat(100), List.of(), rows).draw();
    assertThat(sheet.width()).isEqualTo(60 + 16);
    assertThat(pixels(sheet, 200, 0, 0)).isEqualTo(60 * 40);
    RgbImage tiny = RgbImage.solid(1, 1, 9, 9, 9);
    assertThat(
            new ContactSheet("x", List.of("y"), List.of(new Row("z", List.of(new Cell(tiny, "w")))))
                .draw()
                .height())
        .isPositive();
  }

  @Test
  void needsAnImage() {
    assertThatThrownBy(() -> new ContactSheet("", List.of(), List.of(new Row("", List.of()))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String look(char character) {
    var look = new StringBuilder();
    for (int y = 0; y < BitmapFont.HEIGHT; y++) {
      for (int x = 0; x < BitmapFont.ADVANCE - 1; x++) {
        look.append(BitmapFont.isInk(character, x, y) ? '#' : '.');
      }
    }
    return look.toString();
  }

  private static long pixels(RgbImage image, int red, int green, int blue) {
    long count = 0;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        boolean same =
            image.value(x, y, 0) == red
                && image.value(x, y, 1) == green
                && image.value(x, y, 2) == blue;
        count += same ? 1 : 0;
      }
    }
    return count;
  }
}
