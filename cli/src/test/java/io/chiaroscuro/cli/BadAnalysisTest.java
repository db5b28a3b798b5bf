package io.chiaroscuro.cli;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What cannot be analysed. */
class BadAnalysisTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> analysis() {
    return Stream.of(
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
}
