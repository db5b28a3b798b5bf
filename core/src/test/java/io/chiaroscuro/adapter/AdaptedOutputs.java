package io.chiaroscuro.adapter;

import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What {@code outputs} of {@code tools/fixtures/adapter_formats.py} asks of the tiny networks.
 *
 * @param hidden states of the text encoder
 * @param sample the UNet's output with these
 */
record AdaptedOutputs(Tensor hidden, Tensor sample) {

  private static final int SEED = 23;
  static final String PROMPT = "An astronaut riding a horse";

  /** Kept in the caller's scope. */
  static AdaptedOutputs of(TinyNetworks networks) {
    try (var tokenizer = CLIPTokenizer.load(Fixture.path("tokenizer/byte-vocabulary"))) {
      return of(networks, tokenizer, PROMPT);
    }
  }

  static AdaptedOutputs of(TinyNetworks networks, CLIPTokenizer tokenizer, String prompt) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(SEED)) {
      Tensor hidden = networks.textEncoder().forward(tokenizer.tensor(List.of(prompt)));
      Tensor latents = generator.randn(1, 4, 8, 8);
      Tensor sample = networks.unet().forward(latents, Tensors.of(new long[] {500}, 1), hidden);
      return new AdaptedOutputs(scope.keep(hidden), scope.keep(sample));
    }
  }

  /** Within 1e-5 of what a fixture expects, under names that begin with {@code prefix}. */
  void assertEqual(String fixture, String prefix) {
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("adapters/formats/" + fixture + ".expected")) {
      Fixture.assertClose(hidden, expected.tensor(prefix + "hidden"), 1e-5);
      Fixture.assertClose(sample, expected.tensor(prefix + "sample"), 1e-5);
    }
  }

  /** To the last bit. */
  List<float[]> floats() {
    return List.of(Tensors.floats(hidden), Tensors.floats(sample));
  }
}
