package io.chiaroscuro.cli;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Tensors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** LoRAs and embeddings that cannot be used. */
class BadAdapterTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> adapters() {
    String lora = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_v.lora_A.weight";
    return Stream.of(
        bad("no LoRA", "generate --lora=@/nowhere:0.5", "nowhere does not exist", "safetensors"),
        bad("a folder without LoRA", "generate --lora=@/photos", "pytorch_lora_weights"),
        bad("a weight in words", "generate --lora=@/words.txt:much", "'much'", "words.txt:0.8"),
        bad("a weight without end", "generate --lora=@/words.txt:Infinity", "'Infinity'"),
        bad("words as LoRA", "generate --lora=@/words.txt", "words.txt is not a valid"),
        bad("a network as LoRA", "generate --lora=@/" + UNET, "is no LoRA", "convert it"),
        bad(
            "a LoRA for a larger model",
            "generate --lora=@/lora.safetensors",
            s ->
                s.tensors(
                    "lora.safetensors",
                    t -> {
                      t.put(lora, Tensors.zeros(DType.FLOAT32, 4, 768));
                      t.put(lora.replace("_A", "_B"), Tensors.zeros(DType.FLOAT32, 64, 4));
                    }),
            "768 numbers (Stable Diffusion 1.x)",
            "32 numbers",
            "this model's family"),
        bad("half a weight", "generate --lora=@/words.txt:unet=:te=1", "''", "words.txt:0.8"),
        bad("no embedding", "generate --embedding=@/nowhere", "nowhere does not exist"),
        bad("a network as embedding", "generate --embedding=@/" + UNET, "tensors", "is one"),
        bad(
            "an embedding for a larger model",
            "generate --embedding=@/word.safetensors",
            s ->
                s.tensors(
                    "word.safetensors", t -> t.put("<dim>", Tensors.zeros(DType.FLOAT32, 2, 768))),
            "'<dim>'",
            "768",
            "32"),
        bad(
            "an embedding of a known word",
            "generate --embedding=@/word.safetensors:<|endoftext|>",
            s ->
                s.tensors(
                    "word.safetensors", t -> t.put("<dim>", Tensors.zeros(DType.FLOAT32, 2, 32))),
            "'<|endoftext|>'",
            "choose another"));
  }
}
