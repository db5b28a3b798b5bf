package io.chiaroscuro.training.recipe;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.PerLevel;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.BytePairVocabulary;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.training.data.Augmentation;
import io.chiaroscuro.training.data.CaptionDropout;
import io.chiaroscuro.training.data.CaptionedFolder;
import io.chiaroscuro.training.data.CaptionedImage;
import io.chiaroscuro.training.data.Examples;
import io.chiaroscuro.training.data.LatentCaching;
import io.chiaroscuro.training.data.OneSize;
import io.chiaroscuro.training.method.Computation;
import io.chiaroscuro.training.method.DenoiserTraining;
import io.chiaroscuro.training.method.NoiseScheduleChange;
import io.chiaroscuro.training.method.SamplePrompts;
import io.chiaroscuro.training.method.TextEmbeddings;
import io.chiaroscuro.training.method.TrainingPictures;
import io.chiaroscuro.training.method.WholeNetworks;
import io.chiaroscuro.training.objective.ObjectiveConfig;
import io.chiaroscuro.training.openmoji.Emoji;
import io.chiaroscuro.training.optim.AdamWConfig;
import io.chiaroscuro.training.optim.LearningRate;
import io.chiaroscuro.training.run.TrainingConfig;
import io.chiaroscuro.training.subject.InitialWeights;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import io.chiaroscuro.vae.AutoencoderKL;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * The embedded model's text encoder and UNet, trained together on the latents of a finished
 * autoencoder, with Stable Diffusion's betas and white noise: so that its bias appears here too.
 */
public final class DenoiserStage {

  private static final int BATCH = 32;
  private static final int HIDDEN = 128;

  /** Captions have at most fifteen words. */
  private static final int TOKENS = 24;

  /** Pictures whose latents decide the scaling factor, where there are as many. */
  private static final int MEASURED = 512;

  private DenoiserStage() {}

  /**
   * Stable Diffusion 1.4's, with PNDM's own timesteps written down: other samplers then start from
   * the same one.
   */
  static SchedulerConfig scheduler() {
    return SchedulerConfig.of(
        SchedulerType.PNDM,
        Map.of(
            "beta_start",
            0.00085,
            "beta_end",
            0.012,
            "beta_schedule",
            "scaled_linear",
            "num_train_timesteps",
            1000,
            "set_alpha_to_one",
            false,
            "skip_prk_steps",
            true,
            "steps_offset",
            1,
            "timestep_spacing",
            "leading",
            "clip_sample",
            false));
  }

  static UNet2DConditionConfig unet() {
    return new UNet2DConditionConfig(
        DemoModel.SIZE / 4,
        4,
        4,
        false,
        true,
        0,
        List.of("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
        List.of("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        List.of(32, 64, 160),
        PerLevel.all(1),
        1,
        Activation.SILU,
        8,
        1e-5,
        PerLevel.all(HIDDEN),
        PerLevel.all(1),
        PerLevel.all(5),
        null,
        false,
        false);
  }

  /**
   * Writes the checkpoint that training begins with: the autoencoder with its scaling factor
   * measured, a vocabulary of the captions' words, and initial weights.
   *
   * @param vae folder of the {@link AutoencoderStage}'s result
   * @param pictures the training set's folder
   */
  public static void begin(Path vae, Path pictures, long seed, Path folder) {
    List<CaptionedImage> images = CaptionedFolder.read(pictures, "text", ".txt");
    BytePairVocabulary vocabulary = BytePairVocabulary.learn(words(images));
    vocabulary.write(folder.resolve("tokenizer"), "<|endoftext|>", TOKENS);
    scheduler().write(folder.resolve("scheduler").resolve("scheduler_config.json"));
    var writer = new CheckpointWriter(folder);
    var text =
        new CLIPTextConfig(
            vocabulary.size(), HIDDEN, 4 * HIDDEN, 2, 4, TOKENS, Activation.QUICK_GELU, 1e-5);
    try (var network = new CLIPTextModel(text, initial(seed))) {
      writer.write(Component.TEXT_ENCODER, network.config(), network.weights().tensors());
    }
    try (var network = new UNet2DConditionModel(unet(), initial(seed))) {
      writer.write(Component.UNET, network.config(), network.weights().tensors());
    }
    try (var network =
        new AutoencoderKL(
            AutoencoderStage.config(1),
            Weights.open(vae.resolve("vae"), DType.FLOAT32, Device.CPU))) {
      double scalingFactor =
          1 / deviation(network, images.subList(0, Math.min(MEASURED, images.size())));
      writer.write(
          Component.VAE, AutoencoderStage.config(scalingFactor), network.weights().tensors());
    }
    writer.writeModelIndex("PNDMScheduler");
  }

  private static Weights initial(long seed) {
    return new Weights(new InitialWeights(seed), DType.FLOAT32, Device.CPU);
  }

  /** Of the captions and of all that may be added to the set later. */
  private static Set<String> words(List<CaptionedImage> images) {
    Set<String> words = new LinkedHashSet<>();
    images.forEach(image -> words.addAll(List.of(image.caption().split("[^a-z]+"))));
    Emoji.ALL.forEach(
        emoji -> {
          words.addAll(List.of(emoji.phrase().split("[^a-z]+")));
          words.add(emoji.tag());
        });
    words.removeIf(String::isEmpty);
    return words;
  }

  /** Standard deviation of all latents' elements. */
  private static double deviation(AutoencoderKL vae, List<CaptionedImage> images) {
    double sum = 0;
    double squares = 0;
    long count = 0;
    for (CaptionedImage image : images) {
      try (var scope = new TensorScope()) {
        RgbImage picture = ImageDecoder.decode(image.file());
        Tensor latents = vae.encode(RgbImage.toTensor(List.of(picture))).mode();
        sum += latents.sum().item_double();
        squares += latents.square().sum().item_double();
        count += latents.numel();
      }
    }
    return Math.sqrt(squares / count - Math.pow(sum / count, 2));
  }

  public static TrainingConfig config(long steps, long seed) {
    return new TrainingConfig(
        steps,
        1,
        new LearningRate(
            LearningRate.Schedule.CONSTANT_WITH_WARMUP, 1e-3, Math.min(200, steps), steps),
        new AdamWConfig(0.9, 0.99, 1e-3, 1e-8),
        1,
        0.999,
        seed,
        100,
        2,
        250);
  }

  /**
   * @param folder written by {@link #begin}
   * @param pictures the training set's folder
   * @param cache where latents are kept
   * @param samples pictures that show how far it has come
   */
  public static DenoiserTraining training(
      Path folder, Path pictures, Path cache, SamplePrompts samples, long seed) {
    Examples examples =
        new Examples(
            CaptionedFolder.read(pictures, "text", ".txt"), OneSize.square(DemoModel.SIZE));
    return new DenoiserTraining(
        Checkpoint.open(folder),
        new Computation(Device.CPU, DType.BFLOAT16, false),
        new WholeNetworks(Set.of(Component.UNET, Component.TEXT_ENCODER)),
        NoiseScheduleChange.NONE,
        new TrainingPictures(
            examples,
            Augmentation.NONE,
            new CaptionDropout(0.1, seed),
            Optional.of(new LatentCaching(cache, DType.FLOAT16, 16))),
        Optional.empty(),
        BATCH,
        ObjectiveConfig.DEFAULTS.withDebiasedEstimationLoss(),
        new TextEmbeddings(Optional.empty(), 0),
        samples,
        seed);
  }
}
