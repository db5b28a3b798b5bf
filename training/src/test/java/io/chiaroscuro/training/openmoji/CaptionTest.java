package io.chiaroscuro.training.openmoji;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CaptionTest {

  private static final List<Emoji> EMOJI = Emoji.clearest(12);

  @Test
  void everyEmojiComesOnceInARound() {
    List<Caption> captions = Caption.draw(EMOJI, 30, 0);
    assertThat(captions).hasSize(30);
    for (int round = 0; round < 2; round++) {
      assertThat(captions.subList(12 * round, 12 * (round + 1)))
          .extracting(Caption::emoji)
          .containsExactlyInAnyOrderElementsOf(EMOJI);
    }
    assertThat(captions)
        .allMatch(caption -> caption.text().contains(caption.emoji().name()))
        .noneMatch(caption -> caption.text().contains("background"));
  }

  @Test
  void theSeedMakesThem() {
    assertThat(Caption.draw(EMOJI, 20, 1))
        .isEqualTo(Caption.draw(EMOJI, 30, 1).subList(0, 20))
        .isNotEqualTo(Caption.draw(EMOJI, 20, 2));
  }
}
