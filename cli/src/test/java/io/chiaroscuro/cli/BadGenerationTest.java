package io.chiaroscuro.cli;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Samplers, settings, sizes and initial latents that no picture can be made with. */
class BadGenerationTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> picture() {
    return Stream.of(
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
}
