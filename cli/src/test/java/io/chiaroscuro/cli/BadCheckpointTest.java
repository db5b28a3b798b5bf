package io.chiaroscuro.cli;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Tensors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Checkpoints that are damaged, incomplete or of another family. */
class BadCheckpointTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> checkpoint() {
    return Stream.of(
        bad("no model", "generate --model=@/nowhere", "nowhere", "give a checkpoint"),
        bad("a file as model", "stats --model=@/words.txt", "words.txt", "not a valid"),
        bad("photos as model", "generate --model=@/photos", "no model_index.json", "checkpoint"),
        bad(
            "model_index.json is no JSON",
            "stats",
            s -> s.text("model/model_index.json", "{\"_class_name\": "),
            "model_index.json",
            "fetch it again"),
        bad(
            "a pipeline of another family",
            "generate",
            s -> s.replace("model/model_index.json", "StableDiffusionP", "FluxP"),
            "'FluxPipeline'",
            "use a checkpoint"),
        bad(
            "a pipeline of XL with one text encoder",
            "generate",
            s -> s.replace("model/model_index.json", "StableDiffusionP", "StableDiffusionXLP"),
            "model_index.json",
            "'text_encoder_2' is missing"),
        bad("no unet", "generate", s -> s.delete("model/unet"), "unet", "fetch it again"),
        bad("no weights", "stats", s -> s.delete(VAE), "vae", "expected"),
        bad(
            "words as a pickle",
            "stats",
            s -> {
              s.delete(VAE);
              s.text("model/vae/diffusion_pytorch_model.bin", "only words");
            },
            "diffusion_pytorch_model.bin"),
        bad("weights cut off", "generate", s -> s.halve(UNET), "unet", "again"),
        bad(
            "a header that lies",
            "stats",
            s -> s.text(VAE, "\u0010\0\0\0\0\0\0\0{\"a\": 7}        "),
            VAE,
            "again"),
        bad("words as weights", "stats", s -> s.text(VAE, "only words"), VAE, "again"),
        bad(
            "a tensor of another shape",
            "generate",
            s -> s.tensors(UNET, t -> t.put("conv_in.bias", zeros(7))),
            "'conv_in.bias'",
            "[7]",
            "config.json"),
        bad(
            "a missing tensor",
            "generate",
            s -> s.tensors(UNET, t -> t.remove("conv_in.bias")),
            "'conv_in.bias'",
            "is it complete"),
        bad(
            "a surplus tensor",
            "generate",
            s -> s.tensors(UNET, t -> t.put("adapter.weight", zeros(7))),
            "adapter.weight",
            "config.json"),
        bad(
            "weights of integers",
            "generate",
            s -> s.tensors(UNET, t -> t.put("conv_in.bias", Tensors.zeros(DType.INT8, 32))),
            "'conv_in.bias'",
            "int8",
            "unquantised"),
        bad(
            "NaN in the UNet",
            "generate",
            s -> s.tensors(UNET, t -> t.get("conv_in.bias").fill_(new Scalar(Double.NaN))),
            "at step 1 of",
            "NaN",
            "again"),
        bad(
            "NaN in the autoencoder",
            "stats",
            s -> s.tensors(VAE, t -> t.get("quant_conv.bias").fill_(new Scalar(Double.NaN))),
            "photos/0.png",
            "NaN",
            "again"),
        bad(
            "a config that is no object",
            "stats",
            s -> s.text("model/vae/config.json", "[1, 2]"),
            "config.json",
            "not a JSON object"),
        bad(
            "NaN in a config",
            "stats",
            s -> s.replace("model/vae/config.json", "0.18215", "NaN"),
            "config.json",
            "not valid JSON"),
        bad(
            "a negative scaling factor",
            "stats",
            s -> s.replace("model/vae/config.json", "0.18215", "-1"),
            "'scaling_factor'",
            "above 0"),
        bad(
            "words for a number",
            "generate",
            s ->
                s.replace(
                    "model/unet/config.json", "\"sample_size\" : 16", "\"sample_size\": \"x\""),
            "'sample_size'",
            "correct it"),
        bad(
            "an unknown block",
            "generate",
            s -> s.replace("model/unet/config.json", "\"DownBlock2D\"", "\"AttnDownBlock2D\""),
            "'AttnDownBlock2D'",
            "supported:"),
        bad("no vocabulary", "generate", s -> s.delete("model/tokenizer/vocab.json"), "vocab.json"),
        bad(
            "merges in words",
            "generate",
            s -> s.text("model/tokenizer/merges.txt", "#version: 0.2\none two three\n"),
            "merges.txt"),
        bad(
            "no scheduler",
            "generate",
            s -> s.delete("model/scheduler"),
            "scheduler_config.json",
            "fetch it again"),
        bad(
            "a scheduler config cut off",
            "generate",
            s -> s.halve("model/scheduler/scheduler_config.json"),
            "scheduler_config.json",
            "not valid JSON"),
        bad(
            "an unknown scheduler class",
            "generate",
            s -> s.replace("model/scheduler/scheduler_config.json", "PNDM", "IPNDM"),
            "'IPNDMScheduler'",
            "scheduler_config.json"),
        bad(
            "a negative beta",
            "generate",
            s -> s.replace("model/scheduler/scheduler_config.json", "0.00085", "-1"),
            "beta_start"));
  }
}
