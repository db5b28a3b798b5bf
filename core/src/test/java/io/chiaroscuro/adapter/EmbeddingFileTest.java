package io.chiaroscuro.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against {@code words} of {@code tools/fixtures/adapter_formats.py}, and the rest of formats. */
class EmbeddingFileTest {

  @TempDir Path folder;

  private static Path fixture(String name) {
    return Fixture.path("adapters/formats/" + name + ".safetensors");
  }

  private Path write(String name, Map<String, Tensor> tensors, Map<String, String> metadata) {
    Path path = folder.resolve(name);
    SafetensorsWriter.write(path, tensors, metadata);
    return path;
  }

  /** diffusers', AUTOMATIC1111's two; one, two and three vectors; in prompt and negative prompt. */
  @Test
  void severalWordsEqualDiffusers() {
    List<LearnedEmbedding> words = new ArrayList<>();
    List<CLIPTokenizer> tokenizers = new ArrayList<>();
    try (var scope = new TensorScope();
        var networks = TinyNetworks.family1();
        var expected = Fixture.tensors("adapters/formats/words.expected")) {
      tokenizers.add(CLIPTokenizer.load(Fixture.path("tokenizer/byte-vocabulary")));
      for (String name : List.of("cat", "dusk-style", "a1111")) {
        LearnedEmbedding word = LearnedEmbedding.read(fixture(name));
        words.add(word);
        tokenizers.add(word.teach(tokenizers.get(tokenizers.size() - 1), networks.textEncoder()));
      }
      assertThat(words)
          .extracting(LearnedEmbedding::token)
          .containsExactly("<cat>", "dusk-style", "night-neg");
      CLIPTokenizer tokenizer = tokenizers.get(tokenizers.size() - 1);
      Tensor hidden =
          networks
              .textEncoder()
              .forward(
                  tokenizer.tensor(
                      List.of("a <cat> on a roof, dusk-style", "blurry, night-neg, bad")));
      Fixture.assertClose(hidden.narrow(0, 0, 1), expected.tensor("positive"), 1e-5);
      Fixture.assertClose(hidden.narrow(0, 1, 1), expected.tensor("negative"), 1e-5);
      words.forEach(LearnedEmbedding::close);
    } finally {
      tokenizers.forEach(CLIPTokenizer::close);
    }
  }

  /** As torch.save wrote them: the words of which diffusers' results are tested above. */
  @ParameterizedTest
  @CsvSource({
    "cat.bin, cat, <cat>",
    "cat-legacy.bin, cat, <cat>",
    "a1111.pt, a1111, night-neg",
    "night-neg.pt, a1111, night-neg"
  })
  void readsPickledWords(String file, String same, String token) {
    try (var scope = new TensorScope();
        var pickled = LearnedEmbedding.read(Fixture.path("adapters/formats/" + file));
        var expected = LearnedEmbedding.read(fixture(same))) {
      assertThat(pickled.token()).isEqualTo(token).isEqualTo(expected.token());
      assertThat(Tensors.shape(pickled.vectors())).isEqualTo(Tensors.shape(expected.vectors()));
      assertThat(Tensors.floats(pickled.vectors())).isEqualTo(Tensors.floats(expected.vectors()));
    }
  }

  @Test
  void runsNoPickledWord() {
    assertRefused(
        Fixture.path("adapters/formats/evil.pt"), "would have Python load and run", ".system'");
  }

  @Test
  void readsOneWordForTwoTextEncoders() {
    try (var scope = new TensorScope();
        var networks = TinyNetworks.family1();
        var tokenizer = CLIPTokenizer.load(Fixture.path("tokenizer/byte-vocabulary"))) {
      Path path =
          write(
              "dusk.safetensors",
              Map.of(
                  "clip_g", Tensors.zeros(DType.FLOAT16, 2, 32),
                  "clip_l", Tensors.zeros(DType.FLOAT16, 2, 768)),
              Map.of());
      try (var word = LearnedEmbedding.read(path)) {
        assertThat(word.tokens()).containsExactly("dusk", "dusk_1");
        word.teach(tokenizer, networks.textEncoder(), 1).close();
        assertRefusedToTeach(
            () -> word.teach(tokenizer, networks.textEncoder(), 0), "dusk", "768", "32");
        assertRefusedToTeach(
            () -> word.teach(tokenizer, networks.textEncoder()), "dusk", "2 text encoders");
      }
      try (var single = LearnedEmbedding.read(fixture("cat"))) {
        assertRefusedToTeach(
            () -> single.teach(tokenizer, networks.textEncoder(), 1), "<cat>", "1 text encoder");
      }
    }
  }

  private static void assertRefusedToTeach(ThrowingCallable code, String... parts) {
    assertThatThrownBy(code)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  @Test
  void findsWordsBundledWithALora() {
    try (var scope = new TensorScope();
        var networks = TinyNetworks.family1()) {
      String layer = "lora_te_text_model_encoder_layers_0_mlp_fc1.";
      Path path =
          write(
              "bundle.safetensors",
              Map.of(
                  layer + "lora_down.weight",
                  Tensors.zeros(DType.FLOAT32, 1, 32),
                  layer + "lora_up.weight",
                  Tensors.zeros(DType.FLOAT32, 64, 1),
                  "bundle_emb.my.word.string_to_param.*",
                  Tensors.zeros(DType.FLOAT32, 2, 32)),
              Map.of());
      LoraFile.read(path, networks.weights()).close();
      List<LearnedEmbedding> words = EmbeddingFile.readBesideLora(path);
      assertThat(words).extracting(LearnedEmbedding::token).containsExactly("my.word");
      words.forEach(LearnedEmbedding::close);
      try (var alone = LearnedEmbedding.read(path)) {
        assertThat(alone.token()).isEqualTo("my.word");
      }
    }
    assertThat(EmbeddingFile.readBesideLora(Fixture.path("adapters/files/kohya.safetensors")))
        .isEmpty();
  }

  @Test
  void refusesWhatIsAmbiguous() {
    try (var scope = new TensorScope()) {
      Tensor one = Tensors.zeros(DType.FLOAT32, 1, 32);
      Tensor two = Tensors.zeros(DType.FLOAT32, 2, 32);
      assertRefused(write("a.safetensors", Map.of("clip_g", one), Map.of()), "clip_g", "first");
      assertRefused(
          write("b.safetensors", Map.of("clip_g", one, "clip_l", two), Map.of()),
          "number of vectors");
      assertRefused(
          write("c.safetensors", Map.of("emb_params", one, "clip_l", two), Map.of()),
          "two tensors",
          "emb_params",
          "clip_l");
      Path several =
          write(
              "d.safetensors",
              Map.of("<a>", one, "<b>", one),
              Map.of("<a>", "<embed>", "<b>", "<embed>"));
      assertThatThrownBy(() -> EmbeddingFile.read(several, Optional.of("<c>")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("2 words", "<a>", "<c>");
      assertThatThrownBy(() -> LearnedEmbedding.read(several))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("2 words");
      List<LearnedEmbedding> words = EmbeddingFile.read(several);
      assertThat(words).hasSize(2);
      words.forEach(LearnedEmbedding::close);
    }
  }

  private static void assertRefused(Path path, String... parts) {
    assertThatThrownBy(() -> EmbeddingFile.read(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }
}
