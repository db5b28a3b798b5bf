package io.chiaroscuro.training.openmoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.SharedData;
import io.chiaroscuro.training.openmoji.OpenMojiSource.Drawing;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EmojiTest {

  @Test
  void saysEveryThingOnceInPlainWords() {
    assertThat(Emoji.ALL.size()).isGreaterThanOrEqualTo(300);
    assertThat(Emoji.ALL).extracting(Emoji::hexcode).doesNotHaveDuplicates();
    assertThat(Emoji.ALL).extracting(Emoji::name).doesNotHaveDuplicates();
    for (Emoji emoji : Emoji.ALL) {
      assertThat(emoji.hexcode()).matches("[0-9A-F]{4,5}");
      assertThat(emoji.phrase()).matches("[a-z-]+( [a-z-]+){0,4}");
      assertThat(emoji.tag()).matches("[a-z]+");
      assertThat(emoji.phrase())
          .as("article of %s", emoji.phrase())
          .matches(
              "a (?![aeio]|u(?!nicorn)|hourglass).*|an ([aeio]|hourglass).*|the .*|(?!an? ).*");
    }
  }

  @Test
  void leavesTheArticleOut() {
    assertThat(new Emoji("0", "an owl", "bird").name()).isEqualTo("owl");
    assertThat(new Emoji("0", "a red apple", "fruit").name()).isEqualTo("red apple");
    assertThat(new Emoji("0", "the sun", "sky").name()).isEqualTo("sun");
    assertThat(new Emoji("0", "grapes", "fruit").name()).isEqualTo("grapes");
  }

  @Test
  void choosesTheFirst() {
    assertThat(Emoji.clearest(3)).isEqualTo(Emoji.ALL.subList(0, 3));
    int tooMany = Emoji.ALL.size() + 1;
    for (int count : new int[] {0, -1, tooMany}) {
      assertThatThrownBy(() -> Emoji.clearest(count))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("choose 1 to " + Emoji.ALL.size());
    }
  }

  @Test
  void noneIsThin() {
    OpenMojiSource source =
        OpenMojiSource.read(
            SharedData.path("openmoji-17.0.0.tgz"),
            Emoji.ALL.stream().map(Emoji::hexcode).collect(Collectors.toSet()));
    double sum = 0;
    for (Emoji emoji : Emoji.ALL) {
      byte[] svg = source.svg(Drawing.COLOR, emoji.hexcode());
      double coverage = EmojiPicture.render(svg, emoji.hexcode(), 64).coverage();
      assertThat(coverage).as(emoji.name()).isGreaterThan(0.12);
      sum += coverage;
    }
    assertThat(sum / Emoji.ALL.size()).isGreaterThan(0.33);
  }
}
