package io.chiaroscuro.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.ByteVocabulary;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextEmbeddingCachingTest {

  private static final List<String> CAPTIONS = List.of("a dark night", "a light", "a dark night");

  @TempDir Path vocabulary;
  @TempDir Path folder;

  private CLIPTokenizer tokenizer;
  private CLIPTextModel textEncoder;

  @BeforeEach
  void open() {
    ByteVocabulary.write(vocabulary, "<|endoftext|>");
    tokenizer = CLIPTokenizer.load(vocabulary);
    textEncoder = SeededNetworks.textEncoder(1, ByteVocabulary.SIZE);
  }

  @AfterEach
  void close() {
    tokenizer.close();
    textEncoder.close();
  }

  private TextEmbeddingCache fill(
      DType dtype, List<String> captions, int clipSkip, CachingProgress progress) {
    return new TextEmbeddingCaching(folder, dtype, 2)
        .fill(captions, clipSkip, tokenizer, textEncoder, progress);
  }

  @Test
  void holdsWhatTheTextEncoderSays() {
    List<String> asked = List.of("", "a light", "a dark night", "a light");
    try (var scope = new TensorScope();
        var exact = fill(DType.FLOAT32, CAPTIONS, 1, CachingProgress.SILENT);
        var half = fill(DType.FLOAT16, CAPTIONS, 1, CachingProgress.SILENT)) {
      Tensor expected = textEncoder.forward(tokenizer.tensor(asked), 1);
      assertThat(Tensors.shape(expected)).containsExactly(4, 77, 16);
      Fixture.assertClose(exact.hiddenStates(asked), expected, 1e-5);
      Fixture.assertClose(half.hiddenStates(asked), expected, 1e-3);
      assertThatThrownBy(() -> exact.hiddenStates(List.of("unheard of")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("unheard of");
    }
  }

  @Test
  void encodesDistinctTokensOnce() {
    List<Integer> totals = new ArrayList<>();
    CachingProgress note = (done, total) -> totals.add(total);
    fill(DType.FLOAT32, CAPTIONS, 0, note).close();
    fill(DType.FLOAT32, List.of("A  Dark night", "a light"), 0, note).close();
    assertThat(totals).containsExactly(3);
    fill(DType.FLOAT32, List.of("a light", "a lamp"), 0, note).close();
    fill(DType.FLOAT32, CAPTIONS, 1, note).close();
    assertThat(totals).containsExactly(3, 1, 3);
  }

  @Test
  void continuesAfterAnInterruption() {
    List<String> captions = IntStream.range(0, 300).mapToObj(i -> "picture " + i).toList();
    List<Integer> dones = new ArrayList<>();
    assertThatThrownBy(
            () ->
                fill(
                    DType.FLOAT16,
                    captions,
                    0,
                    (done, total) -> {
                      throw new IllegalStateException("killed");
                    }))
        .hasMessage("killed");
    fill(DType.FLOAT16, captions, 0, (done, total) -> dones.add(done)).close();
    // 301 with the empty caption.
    assertThat(dones).containsExactly(301 - TextEmbeddingCaching.SHARD_ROWS);
  }

  @Test
  void refusesOtherTypes() {
    assertThatThrownBy(() -> new TextEmbeddingCaching(folder, DType.INT64, 2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("choose float16 or float32");
  }

  @Test
  void tokenizesEachCaptionAsTheTokenizerDoes() {
    var tokenized = new TokenizedCaptions(tokenizer);
    try (var scope = new TensorScope()) {
      for (List<String> captions : List.of(CAPTIONS, List.of("a light", ""))) {
        assertThat(tokenized.inputIds(captions).equal(tokenizer.tensor(captions))).isTrue();
      }
    }
  }
}
