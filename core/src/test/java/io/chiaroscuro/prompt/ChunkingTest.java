package io.chiaroscuro.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.ByteVocabulary;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Against {@code tools/fixtures/prompts.py}, with the padding token of Stable Diffusion 2.x. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChunkingTest {

  private CLIPTokenizer known;
  private CLIPTokenizer tokenizer;

  @BeforeAll
  void load(@TempDir Path folder) {
    ByteVocabulary.write(folder, "!");
    known = CLIPTokenizer.load(folder);
    tokenizer = known.withAddedTokens(List.of("<line-art>", "<line-art>_1", "<line-art>_2"));
  }

  @AfterAll
  void close() {
    tokenizer.close();
    known.close();
  }

  @TestFactory
  Stream<DynamicTest> chunksAsTheFieldDoes() throws IOException {
    JsonNode cases = new JsonMapper().readTree(Fixture.path("prompts/cases.json").toFile());
    return cases.properties().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue())));
  }

  private void check(JsonNode expected) {
    List<TokenChunk> chunks =
        PromptSyntax.WEIGHTED.chunks(tokenizer, expected.path("prompt").asText());
    assertThat(chunks).hasSameSizeAs(expected.path("ids"));
    for (int i = 0; i < chunks.size(); i++) {
      JsonNode ids = expected.path("ids").get(i);
      long[] inputIds = new long[77];
      float[] weights = new float[77];
      for (int j = 0; j < 77; j++) {
        boolean isText = j > 0 && j <= ids.size();
        long other = j == 0 ? tokenizer.bosTokenId() : tokenizer.padTokenId();
        inputIds[j] = isText ? ids.get(j - 1).asLong() : other;
        weights[j] = isText ? (float) expected.path("weights").get(i).get(j - 1).asDouble() : 1;
      }
      inputIds[ids.size() + 1] = tokenizer.eosTokenId();
      assertThat(chunks.get(i).inputIds()).containsExactly(inputIds);
      assertThat(chunks.get(i).weights()).containsExactly(weights);
    }
  }

  @Test
  void withoutSyntaxTheTokensAreThoseOfTheTokenizer() {
    List<String> prompts = List.of("An astronaut riding a horse", "", "a dark, dark night!");
    try (var scope = new TensorScope()) {
      long[] expected = Tensors.longs(tokenizer.tensor(prompts));
      for (PromptSyntax syntax : PromptSyntax.values()) {
        TokenizedPrompts tokenized = TokenizedPrompts.of(tokenizer, syntax, prompts);
        assertThat(tokenized.chunks()).isEqualTo(1);
        assertThat(Tensors.longs(tokenized.inputIds())).containsExactly(expected);
      }
    }
  }

  @Test
  void plainPromptsAreCutOff() {
    List<TokenChunk> chunks = PromptSyntax.PLAIN.chunks(tokenizer, "(night) ".repeat(80));
    assertThat(chunks).hasSize(1);
    assertThat(chunks.get(0).inputIds())
        .containsExactly(tokenizer.encode("(night) ".repeat(80)).inputIds());
    assertThat(chunks.get(0).isWeighted()).isFalse();
  }

  @Test
  void shorterPromptsArePaddedByEmptyChunks() {
    try (var scope = new TensorScope()) {
      TokenizedPrompts tokenized =
          TokenizedPrompts.of(
              tokenizer, PromptSyntax.WEIGHTED, List.of("night", "a BREAK b BREAK c"));
      assertThat(tokenized.chunks()).isEqualTo(3);
      long[] ids = Tensors.longs(tokenized.inputIds());
      assertThat(ids).hasSize(6 * 77);
      long[] empty = tokenizer.encode("").inputIds();
      assertThat(IntStream.range(77, 3 * 77).mapToLong(i -> ids[i]))
          .containsExactly(
              IntStream.range(0, 2 * 77).mapToObj(i -> empty[i % 77]).toArray(Long[]::new));
      assertThat(tokenized.padded(2).chunks()).isEqualTo(3);
      assertThat(Tensors.shape(tokenized.padded(4).inputIds())).containsExactly(8, 77);
    }
  }

  @Test
  void whatIsPooledIsOfTheFirstChunk() {
    try (var scope = new TensorScope()) {
      TokenizedPrompts tokenized =
          TokenizedPrompts.of(tokenizer, PromptSyntax.WEIGHTED, List.of("a BREAK b", "c"));
      var pooled = Tensors.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 4, 2);
      assertThat(Tensors.floats(tokenized.ofFirstChunk(pooled))).containsExactly(0, 1, 4, 5);
    }
  }

  @Test
  void refusesALearntWordThatFitsNoChunk() {
    List<String> tokens =
        IntStream.range(0, 76).mapToObj(i -> i == 0 ? "<big>" : "<big>_" + i).toList();
    try (var big = known.withAddedTokens(tokens)) {
      assertThatThrownBy(() -> PromptSyntax.WEIGHTED.chunks(big, "a <big>"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("76 vectors")
          .hasMessageContaining("75 tokens");
    }
  }
}
