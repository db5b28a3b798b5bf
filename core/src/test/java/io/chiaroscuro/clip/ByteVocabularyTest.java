package io.chiaroscuro.clip;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.fixtures.Fixture;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteVocabularyTest {

  @TempDir Path folder;

  /** Checkpoints made with it would change their meaning if it did. */
  @ParameterizedTest
  @ValueSource(
      strings = {"vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"})
  void isAlwaysTheSame(String file) throws Exception {
    ByteVocabulary.write(folder, "!");
    assertThat(folder.resolve(file))
        .hasSameTextualContentAs(Fixture.path("tokenizer/byte-vocabulary").resolve(file));
  }

  @Test
  void tokenizesCommonWordsWhole() {
    ByteVocabulary.write(folder, "<|endoftext|>");
    try (var tokenizer = CLIPTokenizer.load(folder)) {
      assertThat(tokenizer.vocabSize()).isEqualTo(ByteVocabulary.SIZE);
      long eos = tokenizer.eosTokenId();
      assertThat(eos).isEqualTo(ByteVocabulary.SIZE - 1);
      long[] ids = tokenizer.encode("The dark night").inputIds();
      assertThat(ids[4]).isEqualTo(eos);
      assertThat(ids[5]).isEqualTo(eos);
      assertThat(tokenizer.decode(new long[] {ids[1], ids[2], ids[3]})).isEqualTo("the dark night");
    }
  }

  @Test
  void tokenizesEveryByte() {
    ByteVocabulary.write(folder, "<|endoftext|>");
    try (var tokenizer = CLIPTokenizer.load(folder)) {
      String text = "ღ 夜 🌚 ÿ";
      long[] ids = tokenizer.encode(text).inputIds();
      long unknown =
          java.util.Arrays.stream(ids).filter(id -> id == tokenizer.eosTokenId()).count();
      assertThat(unknown).isEqualTo(77 - 1 - 3 - 3 - 4 - 2);
    }
  }
}
