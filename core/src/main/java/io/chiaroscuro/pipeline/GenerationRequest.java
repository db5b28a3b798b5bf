package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.scheduler.Scheduler;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.Trajectory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What picture to make, or what pictures together, in diffusers' terms.
 *
 * @param prompts what it shall show; of pictures made together one for each, or one for all
 * @param negativePrompt what it shall not show; empty for nothing in particular, diffusers' {@code
 *     None}
 * @param width in pixels
 * @param height in pixels
 * @param numInferenceSteps 1 to the number of training timesteps
 * @param guidanceScale w of classifier-free guidance (<a href="https://arxiv.org/abs/2207.12598">Ho
 *     and Salimans 2022</a>); 1 and below is without
 * @param guidanceRescale phi of <a href="https://arxiv.org/abs/2305.08891">Lin et al. 2023</a>,
 *     section 3.4, 0 (off) to 1
 * @param clipSkip how many of the text encoder's last layers are left out
 * @param scheduler the sampler
 * @param promptSyntax how prompts are read; {@link PromptSyntax#PLAIN} unless it is given
 * @param microConditioning what Stable Diffusion XL is told of sizes
 * @param handOver where a refiner goes on; empty where one model takes all steps
 */
public record GenerationRequest(
    List<String> prompts,
    String negativePrompt,
    int width,
    int height,
    int numInferenceSteps,
    double guidanceScale,
    double guidanceRescale,
    int clipSkip,
    SchedulerConfig scheduler,
    PromptSyntax promptSyntax,
    MicroConditioning microConditioning,
    Optional<HandOver> handOver) {

  public GenerationRequest {
    prompts = List.copyOf(prompts);
    if (!Double.isFinite(guidanceScale)) {
      throw new InvalidInputException(
          "The guidance scale is %s; give a number, 7.5 for example.".formatted(guidanceScale));
    }
    if (!(guidanceRescale >= 0 && guidanceRescale <= 1)) {
      throw new InvalidInputException(
          "The guidance rescale is %s; give 0 (off) to 1.".formatted(guidanceRescale));
    }
  }

  /** With prompts in plain syntax, neither scaled nor cropped, without a refiner. */
  public GenerationRequest(
      List<String> prompts,
      String negativePrompt,
      int width,
      int height,
      int numInferenceSteps,
      double guidanceScale,
      double guidanceRescale,
      int clipSkip,
      SchedulerConfig scheduler) {
    this(
        prompts,
        negativePrompt,
        width,
        height,
        numInferenceSteps,
        guidanceScale,
        guidanceRescale,
        clipSkip,
        scheduler,
        PromptSyntax.PLAIN,
        MicroConditioning.NONE,
        Optional.empty());
  }

  /** With one prompt. */
  public GenerationRequest(
      String prompt,
      String negativePrompt,
      int width,
      int height,
      int numInferenceSteps,
      double guidanceScale,
      double guidanceRescale,
      int clipSkip,
      SchedulerConfig scheduler) {
    this(
        List.of(prompt),
        negativePrompt,
        width,
        height,
        numInferenceSteps,
        guidanceScale,
        guidanceRescale,
        clipSkip,
        scheduler);
  }

  /** The defaults of the model's pipeline in diffusers, at the size the model was trained on. */
  public static GenerationRequest of(StableDiffusion model, String prompt) {
    return new GenerationRequest(
        prompt,
        "",
        model.trainedSize(),
        model.trainedSize(),
        50,
        model.defaultGuidanceScale(),
        0,
        0,
        model.schedulerConfig());
  }

  /**
   * How many steps a run takes: some samplers ask the network more often than {@link
   * #numInferenceSteps}, and a refiner takes those after its {@link #handOver}.
   *
   * @throws InvalidInputException if the sampler cannot take that many
   */
  public int steps() {
    try (Trajectory trajectory = start()) {
      return trajectory.length();
    }
  }

  /** The steps from noise on. */
  Trajectory start() {
    try (var opened = new Opened()) {
      Trajectory whole = opened.add(Scheduler.of(scheduler).start(numInferenceSteps));
      Trajectory trajectory = untilHandOver(whole);
      opened.release();
      return trajectory;
    }
  }

  /** Those of a run's steps that are not the refiner's. */
  Trajectory untilHandOver(Trajectory trajectory) {
    return handOver.isPresent() ? handOver.get().ofBase(trajectory, scheduler) : trajectory;
  }

  /** The same with other prompts. */
  public GenerationRequest withPrompts(List<String> prompts) {
    return with(prompts, scheduler, promptSyntax, microConditioning, handOver);
  }

  /** The same by another sampler. */
  public GenerationRequest withScheduler(SchedulerConfig scheduler) {
    return with(prompts, scheduler, promptSyntax, microConditioning, handOver);
  }

  /** The same with prompts read in another syntax. */
  public GenerationRequest withPromptSyntax(PromptSyntax promptSyntax) {
    return with(prompts, scheduler, promptSyntax, microConditioning, handOver);
  }

  /** The same with other size conditions. */
  public GenerationRequest withMicroConditioning(MicroConditioning microConditioning) {
    return with(prompts, scheduler, promptSyntax, microConditioning, handOver);
  }

  /** The same for a base model and a refiner. */
  public GenerationRequest withHandOver(HandOver handOver) {
    return with(prompts, scheduler, promptSyntax, microConditioning, Optional.of(handOver));
  }

  private GenerationRequest with(
      List<String> prompts,
      SchedulerConfig scheduler,
      PromptSyntax promptSyntax,
      MicroConditioning microConditioning,
      Optional<HandOver> handOver) {
    return new GenerationRequest(
        prompts,
        negativePrompt,
        width,
        height,
        numInferenceSteps,
        guidanceScale,
        guidanceRescale,
        clipSkip,
        scheduler,
        promptSyntax,
        microConditioning,
        handOver);
  }

  /** The prompt; several in one line. */
  public String prompt() {
    return String.join(" | ", prompts);
  }

  /** The prompts and the negative prompt. */
  List<String> texts() {
    return Stream.concat(prompts.stream(), Stream.of(negativePrompt)).toList();
  }

  boolean isGuided() {
    return guidanceScale > 1;
  }

  /** These settings by name, for a picture's provenance. */
  public Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("prompt", prompt());
    facts.put("negative_prompt", negativePrompt);
    facts.put("prompt_syntax", promptSyntax.toString());
    facts.put("size", width + "x" + height);
    facts.put("num_inference_steps", String.valueOf(numInferenceSteps));
    facts.put("guidance_scale", String.valueOf(guidanceScale));
    facts.put("guidance_rescale", String.valueOf(guidanceRescale));
    facts.put("clip_skip", String.valueOf(clipSkip));
    facts.putAll(microConditioning.describe());
    handOver.ifPresent(at -> facts.put("denoising_end", String.valueOf(at.denoisingEnd())));
    facts.put("scheduler", scheduler.type().className());
    facts.put("scheduler_config", new TreeMap<>(scheduler.given()).toString());
    return facts;
  }
}
