package io.chiaroscuro.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/**
 * One step's gradients against torch's, through PEFT's adapters and a learnt word in diffusers'
 * networks.
 */
class AdapterGradientTest {

  @Test
  void equalTorch() {
    try (var networks = TinyNetworks.family1();
        var lora = networks.seeded(TinyNetworks.ALL, 3);
        var word =
            LearnedEmbedding.read(Fixture.path("adapters/files/learned_embeds.safetensors"));
        var plain = CLIPTokenizer.load(Fixture.path("tokenizer/byte-vocabulary"));
        var tokenizer = word.teach(plain, networks.textEncoder());
        var generator = new SeededGenerator(11);
        var expected = Fixture.tensors("adapters/gradients");
        var scope = new TensorScope()) {
      lora.tensors().values().forEach(factor -> factor.set_requires_grad(true));
      word.vectors().set_requires_grad(true);
      lora.attach(1);
      Tensor ids = tokenizer.tensor(List.of("a <line-art> horse", "<line-art>"));
      Tensor latents = generator.randn(2, 4, 16, 16);
      Tensor target = generator.randn(2, 4, 16, 16);
      Tensor prediction =
          networks
              .unet()
              .forward(
                  latents,
                  Tensors.of(new long[] {10, 700}, 2),
                  networks.textEncoder().forward(ids));
      Tensor loss = torch.mse_loss(prediction, target);
      loss.backward();
      assertThat(loss.item_double()).isCloseTo(expected.tensor("loss").item_double(), within(1e-5));
      Map<String, Tensor> learnt = lora.tensors();
      learnt.put(word.token(), word.vectors());
      for (String name : expected.entries().keySet()) {
        if (!name.equals("loss")) {
          Fixture.assertClose(learnt.get(name).grad(), expected.tensor(name), 1e-4);
        }
      }
    }
  }
}
