package io.chiaroscuro.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerFolderTest {

  @TempDir Path folder;

  @BeforeEach
  void writeAFolder() {
    ByteVocabulary.write(folder, "<|endoftext|>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab.json", "merges.txt"})
  void namesTheFileThatIsMissing(String file) throws Exception {
    Files.delete(folder.resolve(file));
    assertRefused(folder.resolve(file) + " (no such file)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "vocab.json | [] | not a JSON object",
        "vocab.json | `` | not a JSON object",
        "vocab.json | {} | no vocabulary",
        "vocab.json | {\"a\": 0, | not valid JSON",
        "vocab.json | {\"a\": \"0\"} | impossible id \"0\"",
        "vocab.json | {\"a\": -1} | impossible id -1",
        "vocab.json | {\"a\": 0.5} | impossible id 0.5",
        "vocab.json | {\"a\": 0} | does not join two tokens",
        "merges.txt | xyz | the merge 'xyz'",
        "merges.txt | in g | the merge 'in g'",
        "merges.txt | a b c | the merge 'a b c'",
        "tokenizer_config.json | null | not a JSON object",
        "tokenizer_config.json | {\"model_max_length\": 1} | leaves no room",
        "tokenizer_config.json | {\"pad_token\": 5} | no 'content'",
        "tokenizer_config.json | {\"added_tokens_decoder\": {\"x\": {\"content\": \"y\"}}} | no token id",
        "tokenizer_config.json | {\"added_tokens_decoder\": {\"7\": {\"content\": \"<y>\"}}} | id 7",
        "special_tokens_map.json | {\"bos_token\": {}} | no 'content'",
        "special_tokens_map.json | {\"bos_token\": \"\"} | no 'content'",
        "added_tokens.json | {\"<x>\": \"1121\"} | no integer id",
        "added_tokens.json | {\"<x>\": 1122} | id 1122 where 1121 is expected",
        "tokenizer.json | {} | no vocabulary",
        "tokenizer.json | {\"model\": {\"vocab\": {\"a\": 0}, \"merges\": [[\"a\"]]}} | merge",
      })
  void namesTheFileThatIsMalformed(String file, String content, String reason) throws Exception {
    Files.writeString(folder.resolve(file), content);
    assertRefused(reason);
    assertThatThrownBy(() -> CLIPTokenizer.load(folder)).hasMessageContaining(folder.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab.json", "merges.txt", "tokenizer_config.json"})
  void refusesWhatIsNotUtf8(String file) throws Exception {
    Files.write(folder.resolve(file), "{\"é\": 0}".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(folder.resolve(file) + " is not usable: it is not valid UTF-8");
  }

  @Test
  void readsTokensThatTheConfigurationDescribes() throws Exception {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"added_tokens_decoder": {
           "0": {"content": "!", "special": true, "normalized": false},
           "1121": {"content": "<x>", "lstrip": true, "rstrip": true},
           "1122": {"content": "<Y>", "single_word": true, "normalized": false}},
         "pad_token": "!", "model_max_length": 1000000000000000019884624838656}
        """);
    try (var tokenizer = CLIPTokenizer.load(folder)) {
      assertThat(tokenizer.padTokenId()).isZero();
      assertThat(tokenizer.vocabSize()).isEqualTo(ByteVocabulary.SIZE + 2);
      assertThat(tokenizer.modelMaxLength()).isEqualTo(77);
      assertThat(tokenizer.encode("<X> <Y> !").inputIds())
          .startsWith(tokenizer.bosTokenId(), 1121, 1122, 0, tokenizer.eosTokenId(), 0, 0);
      assertThat(tokenizer.encode("<y>").inputIds()).doesNotContain(1122);
    }
  }

  @Test
  void needsNoConfiguration() throws Exception {
    Files.delete(folder.resolve("tokenizer_config.json"));
    Files.delete(folder.resolve("special_tokens_map.json"));
    try (var tokenizer = CLIPTokenizer.load(folder)) {
      assertThat(tokenizer.padTokenId()).isEqualTo(tokenizer.eosTokenId());
      assertThat(tokenizer.encode("").inputIds())
          .hasSize(77)
          .startsWith(tokenizer.bosTokenId(), tokenizer.eosTokenId(), tokenizer.eosTokenId());
    }
  }

  private void assertRefused(String reason) {
    assertThatThrownBy(() -> CLIPTokenizer.load(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }
}
