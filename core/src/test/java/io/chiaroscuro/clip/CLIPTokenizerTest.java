package io.chiaroscuro.clip;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.fixtures.SharedData;
import org.junit.jupiter.api.Test;

class CLIPTokenizerTest {

  @Test
  void padsWithTheCheckpointsOwnToken() {
    try (var tokenizer =
        CLIPTokenizer.load(SharedData.path("checkpoints/stable-diffusion-2-1/tokenizer"))) {
      assertThat(tokenizer.encode("a").inputIds()).hasSize(77).startsWith(49406, 320, 49407, 0, 0);
    }
    try (var tokenizer =
        CLIPTokenizer.load(SharedData.path("checkpoints/stable-diffusion-v1-4/tokenizer"))) {
      assertThat(tokenizer.encode("a").inputIds()).startsWith(49406, 320, 49407, 49407);
    }
  }
}
