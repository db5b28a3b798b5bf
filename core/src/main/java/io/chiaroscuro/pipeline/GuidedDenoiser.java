package io.chiaroscuro.pipeline;

import io.chiaroscuro.scheduler.Denoiser;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.unet.Conditioning;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The UNet with its prompt and classifier-free guidance: {@code eps = eps_uncond + w (eps_text -
 * eps_uncond)} (<a href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022</a>, eq. 6, in the
 * form of Stable Diffusion). Both predictions are made in one batch.
 *
 * <p>Takes and returns float32 on the CPU, whatever the network computes in.
 */
final class GuidedDenoiser implements Denoiser, AutoCloseable {

  private final StableDiffusion model;
  private final GenerationRequest request;
  private final Conditioning conditioning;

  /** Whether the prompt's prediction is led away from another. */
  private final boolean guided;

  /**
   * @param batch how many pictures are denoised together
   */
  GuidedDenoiser(StableDiffusion model, GenerationRequest request, long batch) {
    int prompts = request.prompts().size();
    if (prompts != 1 && prompts != batch) {
      throw new IllegalArgumentException(
          "%d prompts fit %d pictures only, not %d.".formatted(prompts, prompts, batch));
    }
    this.model = model;
    this.request = request;
    this.guided = RequestConditioning.isGuided(model, request);
    try (var scope = new TensorScope()) {
      this.conditioning = RequestConditioning.of(model, request, batch);
      conditioning.tensors().forEach(scope::own);
    }
  }

  @Override
  public Tensor denoise(Tensor scaledSample, double timestep) {
    try (var scope = new TensorScope()) {
      Tensor sample = Tensors.to(scaledSample, model.device(), model.dtype());
      if (!guided) {
        return scope.keep(host(model.unet().forward(sample, timestep, conditioning)));
      }
      Tensor twice = torch.cat(new TensorVector(sample, sample));
      Tensor both = host(model.unet().forward(twice, timestep, conditioning));
      long batch = sample.size(0);
      Tensor unconditional = both.narrow(0, 0, batch);
      Tensor text = both.narrow(0, batch, batch);
      Tensor guided =
          unconditional.add(text.sub(unconditional).mul(new Scalar(request.guidanceScale())));
      return scope.keep(request.guidanceRescale() == 0 ? guided : rescaled(guided, text));
    }
  }

  /**
   * Gives the guided prediction the standard deviation of the text's, against overexposure: eqs. 15
   * and 16 of <a href="https://arxiv.org/abs/2305.08891">Lin et al. 2023</a>.
   */
  private Tensor rescaled(Tensor guided, Tensor text) {
    long[] allButBatch = {1, 2, 3};
    Tensor ratio = std(text, allButBatch).div(std(guided, allButBatch));
    double phi = request.guidanceRescale();
    return guided.mul(ratio).mul(new Scalar(phi)).add(guided.mul(new Scalar(1 - phi)));
  }

  private static Tensor std(Tensor x, long[] axes) {
    return x.std(axes, true, true);
  }

  private static Tensor host(Tensor prediction) {
    return Tensors.to(prediction, Device.CPU, DType.FLOAT32);
  }

  @Override
  public void close() {
    conditioning.tensors().forEach(Tensor::close);
  }
}
