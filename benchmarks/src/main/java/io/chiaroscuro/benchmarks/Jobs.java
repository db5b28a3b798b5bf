package io.chiaroscuro.benchmarks;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.profile.Profile.Share;
import io.chiaroscuro.scheduler.DenoisingLoop;
import io.chiaroscuro.scheduler.Scheduler;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.Trajectory;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.unet.UNet2DConditionModel;
import io.chiaroscuro.vae.AutoencoderKL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** What is measured. Inputs are drawn from a seed, equal on both sides, outside the time. */
final class Jobs implements AutoCloseable {

  private static final double TIMESTEP = 500;
  private static final int TOKENS = 77;
  private static final int LORA_RANK = 8;
  private static final double TERA = 1e12;

  private final Checkpoint checkpoint;
  private final DType dtype;
  private CLIPTextModel textEncoder;
  private UNet2DConditionModel unet;
  private AutoencoderKL vae;
  private Tensor initialLatents;
  private Tensor prompts;
  private DenoisingLoop loop;
  private TrainingStepJob training;

  Jobs(Checkpoint checkpoint, DType dtype) {
    this.checkpoint = checkpoint;
    this.dtype = dtype;
  }

  /** Reads the networks' weights; every other job needs them. */
  Measured load() {
    return Measured.of(
        () -> {
          textEncoder = CLIPTextModel.load(checkpoint, dtype, Device.CPU);
          unet = UNet2DConditionModel.load(checkpoint, dtype, Device.CPU);
          vae = AutoencoderKL.load(checkpoint, dtype, Device.CPU);
        });
  }

  /** A prompt of {@value #TOKENS} tokens through the text encoder. */
  Measured text() {
    try (var scope = new TensorScope()) {
      Tensor ids = Tensors.of(new long[TOKENS], 1, TOKENS);
      return Measured.of(() -> textEncoder.forward(ids));
    }
  }

  /** The UNet once, for images of {@code size} pixels; a batch of 2 is a step with guidance. */
  Measured unet(int size, int batch) {
    try (var scope = new TensorScope()) {
      Tensor latents = noise(batch, unet.config().inChannels(), latentSize(size), latentSize(size));
      Tensor encoded = noise(batch, TOKENS, unet.config().crossAttentionDim().at(0));
      return Measured.of(() -> unet.forward(latents, TIMESTEP, encoded));
    }
  }

  /** A step of training the UNet, which is changed by it. */
  Measured train(int size, int batch) {
    if (training == null) {
      training = TrainingStepJob.ofUnet(unet, schedulerConfig());
    }
    return trained(size, batch);
  }

  /** A step of training a LoRA of the UNet, which is adapted by it from then on. */
  Measured trainLora(int size, int batch) {
    if (training == null) {
      training = TrainingStepJob.ofLora(unet, schedulerConfig(), LORA_RANK);
    }
    return trained(size, batch);
  }

  private Measured trained(int size, int batch) {
    try (var scope = new TensorScope()) {
      Tensor latents = noise(batch, unet.config().inChannels(), latentSize(size), latentSize(size));
      Tensor encoded = noise(batch, TOKENS, unet.config().crossAttentionDim().at(0));
      return Measured.of(() -> training.step(latents, encoded));
    }
  }

  private SchedulerConfig schedulerConfig() {
    return SchedulerConfig.read(checkpoint.path("scheduler/scheduler_config.json"));
  }

  /** The operations of one such pass of a network, in TFLOP. */
  String tflop(String network, int size, int batch) {
    try (Profile profile = Profile.open()) {
      switch (network) {
        case "unet" -> unet(size, batch);
        case "encode" -> encode(size, batch);
        case "decode" -> decode(size, batch);
        default ->
            throw new IllegalArgumentException("Operations of '" + network + "' are not counted.");
      }
      return String.valueOf(profile.shares().stream().mapToDouble(Share::flop).sum() / TERA);
    }
  }

  /** The best rate of a matrix product that is seen here, in TFLOP/s: what nothing is above. */
  String rate() {
    return String.valueOf(MatrixRate.best(dtype));
  }

  Measured encode(int size, int batch) {
    try (var scope = new TensorScope()) {
      Tensor images = noise(batch, vae.config().inChannels(), size, size);
      return Measured.of(() -> vae.encode(images).mode());
    }
  }

  Measured decode(int size, int batch) {
    try (var scope = new TensorScope()) {
      Tensor latents =
          noise(batch, vae.config().latentChannels(), latentSize(size), latentSize(size));
      return Measured.of(() -> vae.decode(latents));
    }
  }

  /** The first {@code count} photographs of {@code folder} from file to latents, as for leaks. */
  Measured stats(int size, int batch, int count, Path folder) {
    List<Path> files = ImageFolder.list(folder).subList(0, count);
    return Measured.of(
        () -> {
          Tensor latents = latents(files.subList(0, batch), size);
          for (int i = batch; i < count; i += batch) {
            latents.close();
            latents = latents(files.subList(i, Math.min(i + batch, count)), size);
          }
          return latents;
        });
  }

  private Tensor latents(List<Path> files, int size) {
    try (var scope = new TensorScope()) {
      List<RgbImage> images = new ArrayList<>();
      for (Path file : files) {
        RgbImage image = Resize.shorterSide(ImageDecoder.decode(file), size);
        images.add(Crop.center(image, size, size));
      }
      Tensor batch = Tensors.to(RgbImage.toTensor(images), Device.CPU, dtype);
      return scope.keep(vae.scale(vae.encode(batch).mode()));
    }
  }

  /** Begins a generation of {@code steps} steps with guidance, to be taken one by one. */
  Measured generate(int size, int steps) {
    return Measured.of(
        () -> {
          endGeneration();
          try (var scope = new TensorScope()) {
            Trajectory trajectory = Scheduler.of(schedulerConfig()).start(steps);
            int side = latentSize(size);
            Tensor noise = noise(1, unet.config().inChannels(), side, side);
            initialLatents = scope.own(trajectory.initialLatents(noise));
            prompts = scope.own(noise(2, TOKENS, unet.config().crossAttentionDim().at(0)));
            loop = new DenoisingLoop(trajectory, this::guided, initialLatents, null);
          }
        });
  }

  /** Takes the next step of the generation begun. */
  Measured step() {
    // Handed out is a second handle: the loop frees its own at the next step.
    return Measured.of(() -> new Tensor(loop.next().latents()));
  }

  private Tensor guided(Tensor sample, double timestep) {
    try (var scope = new TensorScope()) {
      Tensor both = sample.repeat(2, 1, 1, 1);
      Tensor output = unet.forward(both, timestep, prompts);
      Tensor unconditional = output.narrow(0, 0, 1);
      Tensor towardsPrompt = output.narrow(0, 1, 1).sub(unconditional);
      return scope.keep(unconditional.add(towardsPrompt.mul(new Scalar(7.5))));
    }
  }

  private Tensor noise(long... shape) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      return scope.keep(Tensors.to(generator.randn(shape), Device.CPU, dtype));
    }
  }

  private int latentSize(int size) {
    return size / vae.config().downscale();
  }

  private void endGeneration() {
    if (loop != null) {
      loop.close();
      initialLatents.close();
      prompts.close();
    }
  }

  @Override
  public void close() {
    endGeneration();
    if (training != null) {
      training.close();
    }
    if (vae != null) {
      textEncoder.close();
      unet.close();
      vae.close();
    }
  }
}
