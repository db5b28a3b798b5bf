package io.chiaroscuro.pipeline;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.scheduler.DenoisingLoop;
import io.chiaroscuro.scheduler.DenoisingStep;
import io.chiaroscuro.scheduler.Trajectory;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Iterator;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A picture on its way from noise, or a batch of pictures, as a lazy sequence of steps: iterate for
 * progress and previews, stop to cancel, {@linkplain #image() decode} when done.
 *
 * <pre>{@code
 * try (var noise = ...; var generation = Generation.withLeak(model, request, noise, leak, generator)) {
 *   generation.forEachRemaining(step -> System.out.println(step.index()));
 *   RgbImage image = generation.image();
 * }
 * }</pre>
 */
public final class Generation implements Iterator<DenoisingStep>, AutoCloseable {

  private final StableDiffusion model;
  private final GuidedDenoiser denoiser;
  private final Tensor initialLatents;
  private final DenoisingLoop loop;

  /**
   * Starts somewhere on a trajectory of any kind.
   *
   * @param trajectory closed with this object, or if it cannot start
   */
  Generation(
      Trajectory trajectory,
      StableDiffusion model,
      GenerationRequest request,
      Start start,
      NoiseSource generator) {
    this.model = model;
    try (var scope = new TensorScope();
        var opened = new Opened()) {
      opened.add(trajectory);
      model.latentShape(request.width(), request.height());
      this.initialLatents = opened.add(scope.own(start.of(trajectory).clone()));
      // From these and not from what they were divided from: so they reproduce the run exactly.
      Tensor sample = trajectory.initialLatents(initialLatents);
      this.denoiser = opened.add(new GuidedDenoiser(model, request, initialLatents.size(0)));
      this.loop = new DenoisingLoop(trajectory, denoiser, sample, generator);
      opened.release();
    }
  }

  /**
   * Starts as diffusers does, from noise alone.
   *
   * @param noise (B, C, h, w) float32, as diffusers takes {@code latents}, for B pictures
   * @param generator where stochastic samplers draw; the caller's. {@link
   *     io.chiaroscuro.tensor.SeededGenerators} make each of several pictures the one it is alone
   * @throws io.chiaroscuro.InvalidInputException if the request does not suit the model
   */
  public static Generation withoutLeak(
      StableDiffusion model, GenerationRequest request, Tensor noise, NoiseSource generator) {
    return textToImage(model, request, Start.noise(noise), generator);
  }

  /**
   * Starts from noise and a signal leak, in the proportion that the sampler's first timestep has in
   * training.
   *
   * @param leak of the noise's shape
   */
  public static Generation withLeak(
      StableDiffusion model,
      GenerationRequest request,
      Tensor noise,
      Tensor leak,
      NoiseSource generator) {
    return textToImage(model, request, Start.leak(noise, leak), generator);
  }

  private static Generation textToImage(
      StableDiffusion model, GenerationRequest request, Start start, NoiseSource generator) {
    model.requireTextToImage();
    return new Generation(request.start(), model, request, start, generator);
  }

  /**
   * Goes on where another model handed over: diffusers' {@code StableDiffusionXLImg2ImgPipeline}
   * with {@code denoising_start}.
   *
   * @param refiner see {@link HandOver#requireBetween}
   * @param request the other model's but for the sampler's settings, with a hand-over
   * @param latents which the other's generation ended with
   * @param generator the other's, where stochastic samplers go on drawing
   */
  public static Generation refining(
      StableDiffusion refiner, GenerationRequest request, Tensor latents, NoiseSource generator) {
    refiner.requireTextToImage();
    Trajectory rest = request.handOver().orElseThrow().ofRefiner(request);
    return new Generation(rest, refiner, request, Start.at(latents), generator);
  }

  /**
   * The start as diffusers' pipelines take it in their argument {@code latents}, which they
   * multiply by {@code init_noise_sigma}; valid until this is closed.
   */
  public Tensor initialLatents() {
    return initialLatents;
  }

  /** The latents after the latest step; valid until the next. */
  public Tensor latents() {
    return loop.latents();
  }

  /** The picture that the latents of the latest step stand for; of a batch the first. */
  public RgbImage image() {
    return images().get(0);
  }

  /** The pictures that the latents of the latest step stand for. */
  public List<RgbImage> images() {
    return model.decode(loop.latents());
  }

  @Override
  public boolean hasNext() {
    return loop.hasNext();
  }

  @Override
  public DenoisingStep next() {
    return loop.next();
  }

  @Override
  public void close() {
    loop.close();
    denoiser.close();
    initialLatents.close();
  }
}
