package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is wrong, the program says so in one sentence that names it and the remedy, and leaves
 * every file as it was.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {

  /** Breaks something. */
  @FunctionalInterface
  private interface Damage {
    void to(Sandbox sandbox) throws IOException;
  }

  /**
   * @param what is broken
   * @param words the command; {@code @} stands for the sandbox, and what it lacks of the options
   *     below is added
   * @param damage done before
   * @param sentence what must be in it
   */
  private record Bad(String what, String words, Damage damage, String... sentence) {}

  private static final Map<String, List<String>> USUAL =
      Map.of(
          "stats",
          List.of(
              "--model=@/model", "--data-dir=@/photos", "--output-dir=@/out", "--resolution=128"),
          "generate",
          List.of("--model=@/model", "--prompt=light", "--output-dir=@/out", "--steps=2"));

  private static final String UNET = "model/unet/diffusion_pytorch_model.safetensors";
  private static final String VAE = "model/vae/diffusion_pytorch_model.safetensors";

  private Path folder;
  private Sandbox whole;

  @BeforeAll
  void create(@TempDir Path folder) throws IOException {
    this.folder = folder;
    whole = Sandbox.create(folder.resolve("whole"));
  }

  @TestFactory
  Stream<DynamicTest> commandLine() {
    return tests(
        bad("no command", "", "Missing required subcommand", "--help"),
        bad("an unknown command", "generat", "'generat'", "did you mean", "generate"),
        bad("an unknown option", "generate --stepz=3", "--stepz", "--steps"),
        bad(
            "a required option left out",
            "dataset openmoji --output-dir=out",
            "--source",
            "chiaroscuro dataset openmoji --help"),
        bad("a demo of one image", "demo --images=1", "images is 1", "2 or more"),
        bad("a demo without steps", "demo --steps=0", "steps is 0", "1 or more"),
        bad("a demo in no batches", "demo --batch-size=0", "batch size is 0", "1 or more"),
        bad("a demo without data", "demo --model=@/model", "--data-dir", "--reference"),
        bad(
            "a demo on no data",
            "demo --model=@/model --data-dir=@/photos",
            "held-out",
            "name one that exists"),
        bad(
            "a demo on no reference",
            "demo --model=@/model --reference=@/photos",
            "reference.json",
            "no such file",
            "--data-dir"),
        bad("an option twice", "generate --seed=1 --seed=2", "--seed", "only once"),
        bad("an option without value", "generate --seed", "--seed", "--help"),
        bad("a seed with decimals", "generate --seed=1.5", "--seed", "'1.5'", "long"),
        bad("a seed in words", "stats --seed=lucky", "--seed", "'lucky'", "--help"),
        bad("a number above all ints", "stats --n-components=99999999999", "--n-components", "int"),
        bad("a resolution in words", "stats --resolution=abc", "'abc'", "write 512, or 768x512"),
        bad("a resolution of six digits", "stats --resolution=100000", "'100000'", "512"),
        bad("an unknown dtype", "generate --dtype=float8", "'float8'", "choose float32"),
        bad("an unknown device", "generate --device=tpu", "'tpu'", "choose cpu"),
        bad("a GPU that is not there", "generate --device=cuda:99", "'cuda:99'", "not available"));
  }

  @TestFactory
  Stream<DynamicTest> adapters() {
    String lora = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_v.lora_A.weight";
    return tests(
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

  @TestFactory
  Stream<DynamicTest> images() {
    String image = "generate --image=@/photos/0.png ";
    return tests(
        bad("a strength of nothing", image + "--strength=0", "strength is 0.0", "above 0"),
        bad("a strength above all", image + "--strength=1.5", "strength is 1.5", "up to 1"),
        bad("a strength of no step", image + "--strength=0.3", "Of 2 steps", "0.5 or more"),
        bad("a strength for no image", "generate --strength=0.5", "--strength", "--image FILE"),
        bad("a mask for no image", "generate --mask=@/photos/0.png", "--mask", "--image FILE"),
        bad("nothing to keep", image + "--keep-unmasked", "--keep-unmasked", "--mask FILE"),
        bad("no image", "generate --image=@/nowhere.png", "nowhere.png", "no such file"),
        bad("words as image", "generate --image=@/words.txt", "words.txt", "convert"),
        bad(
            "an image cut off",
            "generate --image=@/photos/0.png",
            s -> s.halve("photos/0.png"),
            "photos/0.png",
            "truncated or damaged"),
        bad(
            "a mask of another size",
            image + "--mask=@/mask.png",
            s ->
                PngFile.write(
                    s.path("mask.png"), RgbImage.solid(128, 128, 255, 255, 255), Map.of()),
            "mask.png",
            "128x128",
            "160x140",
            "make it as large"),
        bad("a black mask", image + "--mask=@/photos/0.png", "no white pixel", "make white"),
        bad("no autoencoder", "generate --vae=@/photos", "photos has no config.json", "folder"),
        bad(
            "a UNet as autoencoder",
            "generate --vae=@/model/unet",
            "UNet2DConditionModel, but an AutoencoderKL or AutoencoderTiny is wanted"),
        bad(
            "a UNet for previews",
            "generate --preview-every=1 --preview-vae=@/model/unet",
            "UNet2DConditionModel, but an AutoencoderKL or AutoencoderTiny is wanted"),
        bad(
            "tiles of a tiny autoencoder",
            "generate --vae=@/tiny --vae-tiling",
            s -> TinyAutoencoder.write(s.path("tiny"), 4),
            "tiny autoencoder",
            "leave out --vae-tiling"),
        bad("previews of no step", "generate --preview-vae=@/model/vae", "--preview-every", "0"),
        bad("previews before the first", "generate --preview-every=-1", "--preview-every is -1"),
        bad(
            "tiles of no size",
            "generate --vae-tiling",
            s ->
                s.replace("model/vae/config.json", "\"sample_size\" : 128", "\"sample_size\" : 36"),
            "sample_size is 36",
            "multiple of 32"));
  }

  @TestFactory
  Stream<DynamicTest> checkpoint() {
    return tests(
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

  @TestFactory
  Stream<DynamicTest> picture() {
    return tests(
        bad("an unknown sampler", "generate --scheduler=magic", "'magic'", "choose ddim"),
        bad(
            "sigmas that a sampler does not have",
            "generate --scheduler=ddim_karras",
            "'ddim_karras'",
            "choose ddim"),
        bad(
            "a setting that a sampler does not have",
            "generate --scheduler=ddim --scheduler-option=use_karras_sigmas=true",
            "DDIMScheduler",
            "use_karras_sigmas"),
        bad(
            "settings that contradict each other",
            "generate --scheduler=heun --scheduler-option=use_karras_sigmas=true"
                + " --scheduler-option=use_beta_sigmas=true",
            "HeunDiscreteScheduler",
            "choose one of"),
        bad("eta out of range", "generate --scheduler=tcd --eta=2", "eta cannot be 2.0"),
        bad("eta where there is none", "generate --scheduler=euler --eta=0.5", "takes no eta"),
        bad(
            "more steps than a model was distilled at",
            "generate --scheduler=lcm --steps=60",
            "cannot take 60 steps"),
        bad("no steps", "generate --steps=0", "cannot be 0", "choose 1 to 1000"),
        bad("too many steps", "generate --steps=2000", "cannot be 2000", "choose 1 to 1000"),
        bad("negative steps", "generate --steps=-3", "cannot be -3", "choose 1 to 1000"),
        bad("an odd width", "generate --width=100", "100x128", "multiples of 8"),
        bad("no height", "generate --height=0", "128x0", "multiples of 8"),
        bad("a negative width", "generate --width=-64", "-64x128", "multiples of 8"),
        bad("a huge height", "generate --height=2147483640", "memory", "smaller"),
        bad("no pictures", "generate --count=0", "--count is 0", "give 1 or more"),
        bad("no batch", "generate --batch-size=0", "--batch-size is 0", "give 1 or more"),
        bad("guidance NaN", "generate --guidance-scale=NaN", "guidance scale is NaN", "7.5"),
        bad("guidance infinite", "generate --guidance-scale=Infinity", "Infinity", "give a number"),
        bad("a rescale of 2", "generate --guidance-rescale=2", "guidance rescale is 2", "0 (off)"),
        bad("clip skip too big", "generate --clip-skip=3", "clip skip is 3", "choose 0 to 2"),
        bad("a negative clip skip", "generate --clip-skip=-1", "clip skip is -1", "choose 0 to 2"),
        bad(
            "a file as output",
            "generate --output-dir=@/words.txt",
            "words.txt",
            "choose another folder"),
        bad("compare with nothing", "generate --compare", "--compare", "add --leak"),
        bad("saving into nowhere", "generate --save-latents-every=1", "--save-latents FOLDER"),
        bad(
            "latents in a file",
            "generate --save-latents=@/words.txt",
            "words.txt",
            "choose another folder"),
        bad("no initial latents", "generate --initial-latents=@/no", "/no", "such file"),
        bad(
            "initial latents of another name",
            "generate --initial-latents=@/x.safetensors",
            s -> s.tensors("x.safetensors", t -> t.put("noise", zeros(1, 4, 16, 16))),
            "x.safetensors",
            "'latents'"),
        bad(
            "initial latents of another shape",
            "generate --initial-latents=@/x.safetensors --count=2",
            s -> s.tensors("x.safetensors", t -> t.put("latents", zeros(1, 4, 16, 16))),
            "[1, 4, 16, 16]",
            "[2, 4, 16, 16]",
            "--count"),
        bad(
            "initial latents that are NaN",
            "generate --initial-latents=@/x.safetensors",
            s -> s.tensors("x.safetensors", t -> t.put("latents", nan(1, 4, 16, 16))),
            "x.safetensors",
            "NaN",
            "write it again"));
  }

  @TestFactory
  Stream<DynamicTest> examples() {
    String made =
        " --model=@/model --data-dir=@/photos --output-dir=@/examples --size=64 --steps=1";
    return tests(
        bad("no example", "examples", "EXAMPLE", "chiaroscuro examples --help"),
        bad("an unknown example", "examples E" + made, "'E'", "A1, A2, B1, B2, C, D or all"),
        bad(
            "an example without model",
            "examples C --data-dir=@/photos --output-dir=@/examples",
            "Example C",
            "stabilityai/stable-diffusion-2-1",
            "--model C=FOLDER"),
        bad(
            "an example on a model that is not there",
            "examples C --model=C=@/nowhere --output-dir=@/examples",
            "nowhere",
            "--model C=FOLDER"),
        bad(
            "an example without pictures",
            "examples D --model=@/model --output-dir=@/examples",
            "Example D",
            "coco128.zip",
            "--data-dir D=FOLDER"),
        bad(
            "an example with another's pictures",
            "examples D --model=@/model --data-dir=A1=@/photos --output-dir=@/examples",
            "Example D",
            "--data-dir D=FOLDER"),
        bad(
            "an example without its word",
            "examples A2" + made,
            "Example A2",
            "<line-art>",
            "sd-concepts-library/line-art",
            "--embedding FILE"),
        bad("two models", "examples C --model=@/photos" + made, "--model says both", "EXAMPLE="),
        bad(
            "pictures twice",
            "examples C --model=@/model --data-dir=C=@/photos --data-dir=C=@/model --output-dir=@/examples",
            "--data-dir says both"),
        bad(
            "no steps in an example",
            "examples C --model=@/model --data-dir=@/photos --steps=0 --output-dir=@/examples",
            "steps is 0",
            "1 or more"),
        bad(
            "no picture of an example",
            "examples C --count=0" + made,
            "pictures is 0",
            "1 or more"),
        bad(
            "an example of an odd size",
            "examples C --size=100 --model=@/model --data-dir=@/photos --output-dir=@/examples",
            "100x100",
            "multiples of 8"),
        bad(
            "an example in a file",
            "examples C --model=@/model --data-dir=@/photos --output-dir=@/words.txt",
            "words.txt",
            "choose another folder"));
  }

  @TestFactory
  Stream<DynamicTest> prompts() {
    return tests(
        bad(
            "an unknown syntax",
            "generate --prompt-syntax=compel",
            "'compel'",
            "weighted or plain"),
        bad("a weight of two points", "generate --prompt=(a:1.2.3)", "'1.2.3'", "(word:1.3)"),
        bad(
            "weights without bound",
            "generate --prompt=(a:%s)".formatted("9".repeat(50)),
            "weights in the prompt",
            "(word:1.3)"),
        bad("no batch file", "generate --prompts=@/no.txt", "no.txt", "no such file"),
        bad("pictures as prompts", "generate --prompts=@/photos/0.png", "0.png", ".jsonl", ".txt"),
        bad(
            "prompts in no UTF-8",
            "generate --prompts=@/x.txt",
            s -> Files.copy(s.path("photos/0.png"), s.path("x.txt")),
            "x.txt",
            "UTF-8"),
        batch("an empty batch", "\n \n", "x.jsonl holds no prompt", "write one a line"),
        batch(
            "a row cut off", "{\"prompt\": \"a ni", "x.jsonl, line 1: ", "not valid JSON", "write"),
        batch("a batch of lists", "[\"a\"]", "x.jsonl, line 1: ", "no JSON object"),
        batch("two objects a line", ROW + ROW, "x.jsonl, line 1: ", "not valid JSON"),
        batch("a key twice", "{\"prompt\": \"a\", \"prompt\": \"b\"}", "line 1: ", "'prompt'"),
        batch(
            "a key under two names",
            "{\"steps\": 2, \"num_inference_steps\": 2}",
            "line 1: ",
            "two names"),
        batch(
            "an unknown key",
            ROW + "\n\n{\"prompt\": \"a\", \"sead\": 3}",
            "x.jsonl, line 3: ",
            "'sead'",
            "negative_prompt, "),
        batch("the model in a row", "{\"model\": \"a\"}", "line 1: ", "'model'", "seed, count"),
        batch("no prompt in a row", "{\"prompt\": null}", "line 1: ", "no prompt"),
        batch("a number as prompt", "{\"prompt\": 5}", "line 1: ", "'prompt' needs a text, not 5"),
        batch("NUL in a prompt", "{\"prompt\": \"\\u0000\"}", "line 1: ", "NUL"),
        batch("half a character", "{\"prompt\": \"\\ud800\"}", "line 1: ", "half a character"),
        batch("a row's bad weight", "{\"prompt\": \"(a:..)\"}", "line 1: ", "'..'"),
        batch("a row's bad seed", "{\"seed\": 1.5}", "line 1: ", "'seed' needs a whole number"),
        batch("a row's huge seed", "{\"seed\": 1%s}".formatted("0".repeat(30)), "line 1: ", "seed"),
        batch("a row's seed as text", "{\"seed\": \"1\"}", "line 1: ", "not \"1\""),
        batch("a row's guidance", "{\"guidance_scale\": true}", "'guidance_scale' needs a number"),
        batch("a row of no pictures", "{\"count\": 0}", "line 1: ", "--count is 0"),
        batch("a row without steps", "{\"steps\": 0}", "line 1: ", "--steps is 0"),
        batch("a row of too many steps", "{\"steps\": 2000}", "line 1: ", "cannot be 2000"),
        batch("a row of no width", "{\"width\": 0}", "line 1: ", "0 pixels"),
        batch("a row of odd width", "{\"width\": 100}", "line 1: ", "100x128", "multiples of 8"),
        batch("a row's clip skip", "{\"clip_skip\": -1}", "line 1: ", "--clip-skip is -1"),
        batch("a row's sampler", "{\"scheduler\": \"magic\"}", "line 1: ", "'magic'"),
        batch("a row's color", "{\"mean_color\": \"red\"}", "line 1: ", "'red'", "#101020"),
        batch("a row's channel", "{\"leak_channel\": [\"0:1\"]}", "line 1: ", "'0:1'"),
        batch("a row's channels", "{\"leak_channel\": [1]}", "line 1: ", "a list of texts"),
        batch("a row's strength", "{\"leak_strength\": -1}", "line 1: ", "strength is -1"),
        batch("a row's image", "{\"image\": \"no.png\"}", "line 1: ", "no.png", "no such file"),
        batch(
            "a row's image of words", "{\"image\": 5}", "line 1: ", "'image' needs a text, not 5"),
        batch("a row's mask alone", "{\"mask_image\": \"m.png\"}", "line 1: ", "--image FILE"),
        batch("a row's mask twice", "{\"mask\": \"m\", \"mask_image\": \"m\"}", "two names"),
        batch("a row's strength alone", "{\"strength\": 0.5}", "line 1: ", "--image FILE"),
        photo("a row's strength of all", "\"strength\": 2", "line 2: ", "strength is 2.0"),
        photo("a row's strength of no step", "\"strength\": 0.3", "line 2: ", "Of 2 steps"),
        photo("a row's damaged mask", "\"mask_image\": \"@/words.txt\"", "line 2: ", "words.txt"),
        photo(
            "a row's mask of another size",
            "\"mask_image\": \"@/small.png\"",
            "line 2: ",
            "small.png",
            "make it as large"),
        batch("a row's leak", "{\"leak\": \"nowhere\"}", "line 1: ", "nowhere", "give the folder"),
        batch("a row's folder", "{\"output_name\": \"../a\"}", "line 1: ", "'../a'", "letters"),
        batch("a row's hidden file", "{\"output_name\": \".png\"}", "line 1: ", "'.png'"),
        batch(
            "a name twice",
            "{\"output_name\": \"a\"}\n{\"output_name\": \"A.png\"}",
            "x.jsonl, line 2: ",
            "line 1 too"),
        batch(
            "a name that is taken",
            "{\"output_name\": \"seed-0\"}",
            "x.jsonl, line 1: ",
            "out/seed-0.png is there already",
            "delete it"),
        bad(
            "a comparison of a batch",
            "generate --prompts=@/x.txt --compare",
            "--compare is for one prompt"),
        bad(
            "latents for a batch",
            "generate --prompts=@/x.txt --save-latents=@/latents",
            "--save-latents is for one prompt"));
  }

  private static final String ROW = "{\"prompt\": \"a\"}";

  private static Bad batch(String what, String lines, String... sentence) {
    return bad(what, "generate --prompts=@/x.jsonl", s -> s.text("x.jsonl", lines), sentence);
  }

  /** A row that starts from a photo, on the second line. */
  private static Bad photo(String what, String keys, String... sentence) {
    return bad(
        what,
        "generate --prompts=@/x.jsonl",
        s -> {
          PngFile.write(s.path("small.png"), RgbImage.solid(16, 16, 255, 255, 255), Map.of());
          String row = "\n{\"image\": \"@/photos/0.png\", %s}".formatted(keys);
          s.text("x.jsonl", row.replace("@", s.folder().toString().replace('\\', '/')));
        },
        sentence);
  }

  @TestFactory
  Stream<DynamicTest> leak() {
    return tests(
        bad("no leak folder", "generate --leak=@/nowhere", "nowhere", "give the folder"),
        bad("photos as leak", "generate --leak=@/photos", "photos", "stats"),
        bad(
            "a leak of another size",
            "generate --leak=@/leak --width=64",
            "128x128",
            "64x128",
            "statistics"),
        bad(
            "a leak of another type",
            "generate --leak=@/leak",
            s -> s.text("leak/statistic_type.txt", "pixel"),
            "says pixel",
            "put together"),
        bad(
            "a leak of no type",
            "generate --leak=@/leak",
            s -> s.text("leak/statistic_type.txt", "wavelet"),
            "'wavelet'",
            "pixel or dct+pixel"),
        bad(
            "NaN in the leak",
            "generate --leak=@/pixel-leak",
            s -> s.statistics("pixel-leak", t -> t.replaceAll((name, x) -> nan(4, 16, 16))),
            "NaN",
            "compute the statistics again"),
        bad(
            "a negative variance",
            "generate --leak=@/pixel-leak",
            s -> s.statistics("pixel-leak", t -> t.replaceAll((name, x) -> x.sub(new Scalar(99)))),
            "negative variance",
            "again"),
        bad(
            "a leak cut off",
            "generate --leak=@/leak",
            s -> s.halve("leak/stats.safetensors"),
            "leak/stats.safetensors",
            "again"),
        bad(
            "high frequencies of pixels",
            "generate --leak=@/pixel-leak --leak-only-high-frequency",
            "Only dct+pixel",
            "pixel"),
        bad("a negative strength", "generate --leak=@/leak --leak-strength=-1", "-1", "give 0"),
        bad("a bad color", "generate --mean-color=red", "--mean-color", "'red'", "example #101020"),
        bad("light in words", "generate --light=left", "--light", "'left'", "180:0.5"),
        bad("too strong a light", "generate --light=90:2", "--light", "2.0", "0 (even light) to 1"),
        bad("three corners", "generate --palette=#0,#1,#2", "--palette", "'#0'", "#101020"),
        bad(
            "two corners",
            "generate --palette=#000000,#ffffff",
            "--palette",
            "top left, top right, bottom left, bottom right",
            "not 2"),
        bad(
            "an unknown preset",
            "generate --leak-preset=blue",
            "'blue'",
            "white-background or red"),
        bad("no picture", "generate --leak-image=@/nowhere.png", "--leak-image", "nowhere.png"),
        bad("words as picture", "generate --leak-image=@/words.txt", "words.txt"),
        bad(
            "components of no picture",
            "generate --leak-image-components=3",
            "--leak-image-components 3",
            "--leak-image FILE"),
        bad(
            "no components",
            "generate --leak-image=@/photos/0.png --leak-image-components=0",
            "--leak-image-components 0",
            "positive"),
        bad(
            "light in two ways",
            "generate --light=90 --palette=#000000,#ffffff,#000000,#ffffff",
            "--palette and --light both say where the leak is light",
            "one of them"),
        bad(
            "colour in two ways",
            "generate --leak-image=@/photos/0.png --mean-color=#101020",
            "--leak-image and --mean-color both say what the leak's mean colour is"),
        bad(
            "a preset and a colour",
            "generate --leak-preset=red-background --mean-color=#101020",
            "--mean-color and --leak-preset both say"),
        bad(
            "a preset for another autoencoder",
            "generate --leak-preset=red-background",
            s -> s.replace("model/vae/config.json", "0.18215", "0.13025"),
            "red-background",
            "0.13025",
            "--mean-color"),
        bad("a bad channel", "generate --leak-channel=0:1", "--leak-channel", "'0:1'", "0=-1.5"),
        bad("a bad number", "generate --leak-channel=0=1.2.3", "--leak-channel", "1.2.3", "0=-1.5"),
        bad("an infinite number", "generate --leak-channel=0=1e999", "channel 0", "finite"),
        bad("channel 4 of 4", "generate --leak-channel=4=1", "no channel 4", "0 to 3"),
        bad("a bad component", "generate --leak-component=0,1=2", "--leak-component", "0,0,1=12.5"),
        bad(
            "component 16 of 16",
            "generate --leak-component=0,16,0=1",
            "16",
            "u goes from 0 to 15"),
        bad(
            "a given component that is not modelled",
            "generate --leak=@/leak --leak-given=0,5,5=1",
            "5",
            "set it by hand"));
  }

  @TestFactory
  Stream<DynamicTest> photographs() {
    return tests(
        bad("no photographs", "stats --data-dir=@/nowhere", "nowhere", "name one that exists"),
        bad("a folder of no pictures", "stats --data-dir=@/leak", "leak", "holds no image"),
        bad(
            "only broken pictures",
            "stats",
            s -> s.halve("photos/0.png").text("photos/1.png", "x").text("photos/2.png", ""),
            "None of the 3 files",
            "give others"),
        bad(
            "a single picture",
            "stats",
            s -> s.delete("photos/1.png").delete("photos/2.png"),
            "at least two images",
            "add images"),
        bad("an unknown type", "stats --statistic-type=wavelet", "'wavelet'", "dct+pixel"),
        bad("no components", "stats --n-components=0", "n-components is 0", "between 1 and 256"),
        bad("too many components", "stats --n-components=257", "257", "between 1 and 256"),
        bad("an odd resolution", "stats --resolution=100", "100x100", "multiples of 8"),
        bad("no resolution", "stats --resolution=0", "0x0", "multiples of 8"),
        bad("an empty batch", "stats --batch-size=0", "batch size is 0", "give 1 or more"),
        bad(
            "a file as output",
            "stats --output-dir=@/words.txt",
            "words.txt",
            "choose another folder"),
        bad(
            "a damaged state of an interrupted run",
            "stats",
            s -> s.text("out/unfinished.safetensors", "x"),
            "out/unfinished.safetensors",
            "again"),
        bad("words to inspect", "inspect @/words.txt", "words.txt", "neither an image nor"),
        bad("a folder of nothing to inspect", "inspect @/photos", "photos", "brightness"),
        bad("nothing there to measure", "brightness @/nowhere", "nowhere", "name one that exists"),
        bad("words to measure", "brightness @/words.txt", "words.txt", "give others"),
        bad(
            "a demo in a file",
            "demo --output-dir=@/words.txt",
            "words.txt",
            "choose another folder"));
  }

  @TestFactory
  Stream<DynamicTest> analysis() {
    return tests(
        bad("no kind of analysis", "analyze", "Missing required subcommand", "--help"),
        bad("nothing to analyse", "analyze forward", "IMAGE", "--help"),
        bad("a picture that is not there", "analyze forward @/no.png", "no.png", "no such file"),
        bad("words to analyse", "analyze forward @/words.txt", "words.txt", "image"),
        bad(
            "a timestep beyond the end",
            "analyze forward @/photos/0.png --timesteps=0,1000",
            "timestep 1000",
            "0 to 999"),
        bad(
            "a timestep in words",
            "analyze forward @/photos/0.png --timesteps=0,last",
            "--timesteps",
            "'last'"),
        bad("a size of 0", "analyze forward @/photos/0.png --size=0", "0x0", "1 to 4096"),
        bad(
            "latents of no model",
            "analyze forward @/photos/0.png --latents",
            "autoencoder",
            "--model NAME"),
        bad(
            "latents of an odd size",
            "analyze forward @/photos/0.png --latents --model=@/model --size=100",
            "100x100",
            "multiples of 8"),
        bad(
            "a figure in a file",
            "analyze forward @/photos/0.png --output-dir=@/words.txt",
            "words.txt",
            "choose another folder"),
        bad("a beta of 2", "analyze schedule --beta-end=2", "beta_end", "between 0 and 1"),
        bad("betas of no kind", "analyze schedule --beta-schedule=steep", "beta_schedule", "steep"),
        bad(
            "rescaled betas where none are known",
            "analyze schedule --rescale-betas-zero-snr",
            "pndm",
            "--scheduler ddim"),
        bad("an unknown sampler", "analyze schedule --scheduler=magic", "'magic'", "choose ddim"),
        bad("too many steps", "analyze schedule --steps=1001", "1001", "choose 1 to 1000"),
        bad("an odd height", "analyze schedule --height=100", "512x100", "multiples of 8"),
        bad("photos as leak", "analyze schedule --leak=@/photos", "photos", "stats"),
        bad(
            "a leak of other channels",
            "analyze schedule --model=@/model --leak=@/leak",
            s ->
                s.replace(
                    "model/vae/config.json", "\"latent_channels\" : 4", "\"latent_channels\" : 8"),
            "4 latent channels",
            "8"),
        bad(
            "a curve in a file",
            "analyze schedule --output-dir=@/words.txt",
            "words.txt",
            "choose another folder"));
  }

  private static Bad bad(String what, String words, String... sentence) {
    return new Bad(what, words, sandbox -> {}, sentence);
  }

  private static Bad bad(String what, String words, Damage damage, String... sentence) {
    return new Bad(what, words, damage, sentence);
  }

  private static Tensor zeros(long... shape) {
    return Tensors.zeros(DType.FLOAT32, shape);
  }

  private static Tensor nan(long... shape) {
    return zeros(shape).fill_(new Scalar(Double.NaN));
  }

  private Stream<DynamicTest> tests(Bad... table) {
    return Stream.of(table).map(bad -> DynamicTest.dynamicTest(bad.what(), () -> check(bad)));
  }

  private void check(Bad bad) throws IOException {
    Sandbox sandbox = whole.copyTo(folder.resolve(bad.what()));
    bad.damage().to(sandbox);
    Map<Path, Integer> before = sandbox.state();

    CommandLineRun run = CommandLineRun.of(arguments(bad.words(), sandbox));

    List<String> lines =
        run.err().lines().filter(line -> !line.matches(".*[Ss]kipped: .*")).toList();
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .startsWith("chiaroscuro: ")
        .contains(bad.sentence())
        .doesNotContain("unforeseen", "null", "Exception");
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.out()).isEmpty();
    assertThat(sandbox.state()).isEqualTo(before);
    sandbox.delete("");
  }

  private static Object[] arguments(String words, Sandbox sandbox) {
    List<String> arguments = new ArrayList<>(List.of(words.split(" ")));
    arguments.remove("");
    if (!arguments.isEmpty()) {
      for (String usual : USUAL.getOrDefault(arguments.get(0), List.of())) {
        String option = usual.substring(0, usual.indexOf('=') + 1);
        if (arguments.stream().noneMatch(argument -> argument.startsWith(option))) {
          arguments.add(1, usual);
        }
      }
    }
    return arguments.stream().map(a -> a.replace("@", sandbox.folder().toString())).toArray();
  }
}
