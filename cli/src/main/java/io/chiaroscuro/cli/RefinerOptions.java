package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.hub.Wanted;
import io.chiaroscuro.original.SingleFile;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.HandOver;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.SchedulerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model finishes what another began, and from where on. */
final class RefinerOptions {

  @Option(
      names = "--refiner",
      paramLabel = "NAME",
      description = {
        "Stable Diffusion XL: a checkpoint that takes the last steps, its refiner or another of XL, as",
        "--model takes one. It is loaded when the model's steps are done, in its place."
      })
  private String name;

  @Option(
      names = "--denoising-end",
      paramLabel = "X",
      description =
          "With --refiner: how much of the way from noise is the model's, 0 to 1 (default: 0.8).")
  private Double denoisingEnd;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Refuses what cannot be meant, before any work is done. */
  void check() {
    if (denoisingEnd != null && name == null) {
      throw new InvalidInputException(
          "--denoising-end is where a refiner goes on, but there is none; add --refiner NAME.");
    }
    handOver();
  }

  private HandOver handOver() {
    return denoisingEnd == null ? HandOver.USUAL : new HandOver(denoisingEnd);
  }

  /** The request with the hand-over, if there is a refiner. */
  GenerationRequest divided(GenerationRequest request) {
    return name == null ? request : request.withHandOver(handOver());
  }

  /**
   * Finds the refiner, or fetches it, if there is one.
   *
   * @throws InvalidInputException if it is nowhere
   */
  Optional<Path> find() {
    return Optional.ofNullable(name)
        .map(
            known ->
                HubModels.of(command)
                    .find(known, Wanted.CHECKPOINT, command.commandLine().getErr()));
  }

  /**
   * Opens the refiner.
   *
   * @param path where it was found
   * @param base whose latents it goes on with, and whose tokenizer it uses if it is one file
   * @param request of the base model
   * @throws InvalidInputException if it is missing, damaged, or has nothing to go on with
   */
  Refiner open(
      Path path,
      StableDiffusion base,
      GenerationRequest request,
      PictureOptions picture,
      ModelOptions model) {
    Checkpoint checkpoint = checkpoint(path, base.checkpoint());
    HandOver.requireBetween(base.checkpoint(), checkpoint);
    // The base model's kind of sampler, since kinds differ in the scaling of latents.
    SchedulerConfig own =
        StableDiffusion.schedulerConfig(checkpoint).as(base.schedulerConfig().type());
    var refiner =
        new Refiner(
            checkpoint, request.withScheduler(picture.settings().sampler().over(own)), model);
    refiner.steps();
    return refiner;
  }

  private static Checkpoint checkpoint(Path path, Checkpoint base) {
    return Files.isRegularFile(path)
        ? SingleFile.open(path, Optional.empty()).checkpoint(Optional.of(base.folder()))
        : Checkpoint.open(path);
  }
}
