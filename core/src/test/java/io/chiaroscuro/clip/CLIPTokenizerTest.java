package io.chiaroscuro.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.util.Utils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SharedData;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.assertj.core.api.SoftAssertions;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against transformers, by the fixtures of {@code tools/fixtures/tokenizer.py}. In the text of a
 * warning the case of added tokens differs between releases of the tokenizers library.
 */
class CLIPTokenizerTest {

  private static final Path OURS = Fixture.path("tokenizer/byte-vocabulary");

  @TempDir Path folder;

  @Test
  void agreesOnOurVocabulary() throws Exception {
    try (var tokenizer = CLIPTokenizer.load(OURS)) {
      assertAgrees(tokenizer, "byte-vocabulary");
    }
  }

  @Test
  void agreesWithTokensAddedByName() throws Exception {
    try (var tokenizer = CLIPTokenizer.load(OURS);
        var added = tokenizer.withAddedTokens(addedTokens())) {
      assertAgrees(added, "byte-vocabulary-added");
      assertThat(added.vocabSize()).isEqualTo(tokenizer.vocabSize() + addedTokens().size());
      assertThat(added.addedTokens()).containsEntry("<line-art>", tokenizer.vocabSize());
    }
  }

  @Test
  void agreesOnAFolderThatTransformersSaved() throws Exception {
    try (var tokenizer = CLIPTokenizer.load(Fixture.path("tokenizer/byte-vocabulary-saved"))) {
      assertAgrees(tokenizer, "byte-vocabulary-added");
    }
  }

  @Test
  void agreesOnAFolderWithAddedTokensJson() throws Exception {
    ByteVocabulary.write(folder, "!");
    var ids = new JsonMapper().createObjectNode();
    addedTokens().forEach(token -> ids.put(token, ByteVocabulary.SIZE + ids.size()));
    Files.writeString(folder.resolve("added_tokens.json"), ids.toString());
    try (var tokenizer = CLIPTokenizer.load(folder)) {
      assertAgrees(tokenizer, "byte-vocabulary-added");
    }
  }

  @Test
  void agreesOnTheVocabularyOfStableDiffusion1() throws Exception {
    Path published = SharedData.path("checkpoints/stable-diffusion-v1-4/tokenizer");
    try (var tokenizer = CLIPTokenizer.load(published);
        var added = tokenizer.withAddedTokens(addedTokens())) {
      assertThat(tokenizer.vocabSize()).isEqualTo(49408);
      assertAgrees(added, "stable-diffusion-v1-4-added");
    }
  }

  @Test
  void agreesOnTheVocabularyOfStableDiffusion2() throws Exception {
    Path published = SharedData.path("checkpoints/stable-diffusion-2-1/tokenizer");
    try (var tokenizer = CLIPTokenizer.load(published)) {
      assertAgrees(tokenizer, "stable-diffusion-2-1");
    }
  }

  @Test
  void stacksPromptsToATensor() {
    try (var scope = new TensorScope();
        var tokenizer = CLIPTokenizer.load(OURS)) {
      List<String> prompts = List.of("a dark night", "");
      Tensor ids = tokenizer.tensor(prompts);
      assertThat(Tensors.shape(ids)).containsExactly(2, 77);
      assertThat(Tensors.longs(ids))
          .containsExactly(
              prompts.stream()
                  .flatMapToLong(prompt -> LongStream.of(tokenizer.encode(prompt).inputIds()))
                  .toArray());
    }
  }

  @Test
  void servesSeveralThreads() throws Exception {
    List<String> prompts = strings(json("prompts").get("prompts"));
    try (var tokenizer = CLIPTokenizer.load(OURS)) {
      Function<String, String> ids = prompt -> Arrays.toString(tokenizer.encode(prompt).inputIds());
      assertThat(prompts.parallelStream().map(ids).toList())
          .isEqualTo(prompts.stream().map(ids).toList());
    }
  }

  @Test
  void asksNoNetwork() {
    CLIPTokenizer.load(OURS).close();
    assertThat(Utils.isOfflineMode()).isTrue();
  }

  @Test
  void replacesHalfASurrogatePair() {
    try (var tokenizer = CLIPTokenizer.load(OURS)) {
      assertThat(tokenizer.encode("a \ud83c b").inputIds())
          .containsExactly(tokenizer.encode("a \ufffd b").inputIds());
    }
  }

  @Test
  void refusesTokensThatAreThereAlready() {
    try (var tokenizer = CLIPTokenizer.load(OURS)) {
      for (List<String> tokens :
          List.of(List.of("night</w>"), List.of(""), List.of("<x>", "<x>"), List.of("!"))) {
        assertThatThrownBy(() -> tokenizer.withAddedTokens(tokens))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("'" + tokens.get(0) + "'");
      }
    }
  }

  private static void assertAgrees(CLIPTokenizer tokenizer, String fixture) throws IOException {
    JsonNode expected = json(fixture);
    List<String> prompts = strings(json("prompts").get("prompts"));
    assertThat(prompts).hasSize(1000);
    assertThat(tokenizer.padTokenId()).isEqualTo(expected.get("padTokenId").asInt());
    var softly = new SoftAssertions();
    for (int i = 0; i < prompts.size(); i++) {
      List<Long> ids = new ArrayList<>();
      expected.get("inputIds").get(i).forEach(id -> ids.add(id.asLong()));
      while (ids.size() < 77) {
        ids.add((long) tokenizer.padTokenId());
      }
      CLIPTokenizer.Tokens tokens = tokenizer.encode(prompts.get(i));
      softly
          .assertThat(tokens.inputIds())
          .as(prompts.get(i))
          .containsExactly(ids.toArray(Long[]::new));
      softly
          .assertThat(tokens.truncatedText().orElse(null))
          .as(prompts.get(i))
          .isEqualToIgnoringCase(expected.get("truncatedText").get(i).textValue());
    }
    softly.assertAll();
  }

  private static List<String> addedTokens() throws IOException {
    return strings(json("prompts").get("addedTokens"));
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(element -> strings.add(element.textValue()));
    return strings;
  }

  private static JsonNode json(String name) throws IOException {
    return new JsonMapper().readTree(Fixture.path("tokenizer/" + name + ".json").toFile());
  }
}
