package io.chiaroscuro.training.openmoji;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.image.Brightness;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackgroundTest {

  private static final int SIZE = 65;

  @Test
  void gradientsRunFromOneColourToTheOther() {
    Background right = new Background(0x000000, 0xff8040, 0);
    assertThat(right.colorAt(0, 30, SIZE)).isEqualTo(0x000000);
    assertThat(right.colorAt(SIZE - 1, 5, SIZE)).isEqualTo(0xff8040);
    assertThat(right.colorAt(SIZE / 2, 60, SIZE)).isEqualTo(0x804020);
    Background down = new Background(0x000000, 0xffffff, 90);
    assertThat(down.colorAt(7, 0, SIZE)).isEqualTo(0x000000);
    assertThat(down.colorAt(50, SIZE - 1, SIZE)).isEqualTo(0xffffff);
    Background slanting = new Background(0x102030, 0xffffff, 225);
    assertThat(slanting.colorAt(SIZE - 1, SIZE - 1, SIZE)).isEqualTo(0x102030);
    assertThat(slanting.colorAt(0, 0, SIZE)).isEqualTo(0xffffff);
  }

  @Test
  void saysWhatItIs() {
    assertThat(Background.plain(0x0a141e)).hasToString("#0a141e");
    assertThat(new Background(0, 0xff0000, 30)).hasToString("#000000-#ff0000@30");
    assertThat(new Background(0, 0xff0000, 30).words()).isEqualTo("gradient from black to red");
    assertThat(Background.WHITE.words()).isEqualTo("white");
  }

  @ParameterizedTest
  @CsvSource({
    "000000,black",
    "0a0a0a,black",
    "303030,very dark grey",
    "808080,grey",
    "c0c0c0,light grey",
    "fafafa,white",
    "ff0000,red",
    "700000,dark red",
    "ff8000,orange",
    "ffee00,yellow",
    "00a000,green",
    "004000,dark green",
    "c0f5b8,light green",
    "0000ff,blue",
    "000060,dark blue",
    "b0d0ff,light blue",
    "8000e0,purple",
    "ffc0d8,light pink",
    "00e0d0,turquoise",
    "7a5030,brown",
  })
  void namesColours(String color, String name) {
    assertThat(ColorName.of(Integer.parseInt(color, 16))).isEqualTo(name);
  }

  /** Black, white and all between are about as frequent, whatever the colours. */
  @Test
  void spreadsOverTheWholeRangeOfLight() {
    List<Background> backgrounds =
        IntStream.range(0, 4000)
            .mapToObj(i -> BackgroundChoice.draw(new Chance(3, "test", i)))
            .toList();
    Brightness brightness =
        Brightness.merge(
            backgrounds.stream().map(background -> Brightness.of(background.image(8))).toList());
    assertThat(brightness.mean()).isBetween(0.45, 0.55);
    assertThat(brightness.spread()).isGreaterThan(0.35);
    double gradients = backgrounds.stream().filter(b -> !b.isPlain()).count() / 4000.0;
    assertThat(gradients).isBetween(0.07, 0.13);
    double white = backgrounds.stream().filter(Background.WHITE::equals).count() / 4000.0;
    double black = backgrounds.stream().filter(Background.BLACK::equals).count() / 4000.0;
    assertThat(white).isBetween(0.2, 0.26);
    assertThat(black).isBetween(0.2, 0.26);
  }
}
