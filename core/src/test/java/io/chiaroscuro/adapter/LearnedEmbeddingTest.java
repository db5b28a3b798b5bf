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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnedEmbeddingTest {

  private static final Path FILE = Fixture.path("adapters/files/learned_embeds.safetensors");

  @TempDir Path folder;

  private Path write(Map<String, Tensor> tensors) {
    Path path = folder.resolve(LearnedEmbedding.NAME);
    SafetensorsWriter.write(path, tensors, Map.of());
    return path;
  }

  private static void assertRefused(ThrowingCallable code, String... parts) {
    assertThatThrownBy(code)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  @Test
  void readsAndWritesDiffusersFile() throws Exception {
    try (var word = LearnedEmbedding.read(FILE)) {
      assertThat(word.token()).isEqualTo("<line-art>");
      assertThat(word.tokens()).containsExactly("<line-art>", "<line-art>_1", "<line-art>_2");
      assertThat(Tensors.shape(word.vectors())).containsExactly(3, 32);
      word.write(folder.resolve(LearnedEmbedding.NAME));
    }
    assertThat(Files.readAllBytes(folder.resolve(LearnedEmbedding.NAME)))
        .isEqualTo(Files.readAllBytes(FILE));
    try (var again = LearnedEmbedding.read(folder, Optional.of("<x>"))) {
      assertThat(again.tokens()).containsExactly("<x>", "<x>_1", "<x>_2");
    }
  }

  @Test
  void readsASingleVectorInHalfPrecision() {
    try (var scope = new TensorScope();
        var word = LearnedEmbedding.read(write(Map.of("<x>", Tensors.zeros(DType.FLOAT16, 32))))) {
      assertThat(Tensors.shape(word.vectors())).containsExactly(1, 32);
      assertThat(DType.of(word.vectors())).isEqualTo(DType.FLOAT32);
    }
  }

  @Test
  void refusesWhatIsNoEmbedding() {
    try (var scope = new TensorScope()) {
      Tensor one = Tensors.of(new float[] {1}, 1);
      assertRefused(() -> LearnedEmbedding.read(write(Map.of("a", one, "b", one))), "2 tensors");
      assertRefused(() -> LearnedEmbedding.read(write(Map.of())), "0 tensors");
      assertRefused(() -> LearnedEmbedding.read(write(Map.of(" ", one))), "token");
      assertRefused(
          () -> LearnedEmbedding.read(write(Map.of("a", one.div(new Scalar(0.0))))), "finite");
      assertRefused(
          () -> LearnedEmbedding.read(write(Map.of("a", Tensors.zeros(DType.INT64, 3)))), "int64");
      assertRefused(
          () -> LearnedEmbedding.read(write(Map.of("a", Tensors.zeros(DType.FLOAT32, 0, 4)))),
          "[0, 4]");
      assertRefused(() -> LearnedEmbedding.read(folder.resolve("absent")), "absent");
    }
  }

  @Test
  void isNotTaughtWhatDoesNotFit() {
    try (var networks = TinyNetworks.family1();
        var tokenizer = CLIPTokenizer.load(Fixture.path("tokenizer/byte-vocabulary"));
        var scope = new TensorScope();
        var narrow = new LearnedEmbedding("<x>", scope.own(Tensors.zeros(DType.FLOAT32, 1, 8)));
        var known =
            new LearnedEmbedding("night</w>", scope.own(Tensors.zeros(DType.FLOAT32, 1, 32)))) {
      assertRefused(() -> narrow.teach(tokenizer, networks.textEncoder()), "<x>", "8", "32");
      assertRefused(() -> known.teach(tokenizer, networks.textEncoder()), "night</w>");
    }
  }

  @Test
  void isForgottenWhenClosed() {
    try (var networks = TinyNetworks.family1();
        var tokenizer = CLIPTokenizer.load(Fixture.path("tokenizer/byte-vocabulary"));
        var scope = new TensorScope()) {
      Tensor ids = tokenizer.tensor(List.of("a dark night"));
      float[] before = Tensors.floats(networks.textEncoder().forward(ids));
      try (var word = LearnedEmbedding.read(FILE);
          var taught = word.teach(tokenizer, networks.textEncoder())) {
        assertThat(Tensors.floats(networks.textEncoder().forward(ids))).isEqualTo(before);
        Tensor withWord = taught.tensor(List.of("a <line-art> night"));
        assertThat(Tensors.floats(networks.textEncoder().forward(withWord))).isNotEqualTo(before);
      }
      assertThat(Tensors.floats(networks.textEncoder().forward(ids))).isEqualTo(before);
    }
  }

  @Test
  void standsForItsVectorsWhereverThePlaceholderIs() {
    try (var networks = TinyNetworks.family1();
        var tokenizer = CLIPTokenizer.load(Fixture.path("tokenizer/byte-vocabulary"));
        var word = LearnedEmbedding.read(FILE);
        var scope = new TensorScope();
        var single = new LearnedEmbedding("<dim>", scope.own(Tensors.zeros(DType.FLOAT32, 1, 32)));
        var first = word.teach(tokenizer, networks.textEncoder());
        var both = single.teach(first, networks.textEncoder())) {
      int next = tokenizer.vocabSize();
      assertThat(both.vocabSize()).isEqualTo(next + 4);
      long[] ids = both.encode("a <line-art> house, <dim>").inputIds();
      assertThat(Arrays.copyOfRange(ids, 2, 5)).containsExactly(next, next + 1, next + 2);
      assertThat(ids[7]).isEqualTo(next + 3);
      Tensor vectors =
          networks.textEncoder().tokenEmbedding().forward(Tensors.of(ids, 1, ids.length));
      Tensor table =
          networks.textEncoder().weights().tensors().get("embeddings.token_embedding.weight");
      assertThat(Tensors.floats(vectors.narrow(1, 2, 3))).isEqualTo(Tensors.floats(word.vectors()));
      assertThat(Tensors.floats(vectors.narrow(1, 7, 1))).containsOnly(0);
      assertThat(Tensors.floats(vectors.narrow(1, 1, 1)))
          .isEqualTo(Tensors.floats(table.narrow(0, ids[1], 1)));
      assertThat(both.encode("a <line-art>_2").inputIds()).contains(next + 2).doesNotContain(next);
    }
  }
}
