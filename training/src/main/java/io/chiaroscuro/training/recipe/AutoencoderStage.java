package io.chiaroscuro.training.recipe;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.training.data.Augmentation;
import io.chiaroscuro.training.data.BatchOrder;
import io.chiaroscuro.training.data.Batches;
import io.chiaroscuro.training.data.CaptionDropout;
import io.chiaroscuro.training.data.CaptionedFolder;
import io.chiaroscuro.training.data.Examples;
import io.chiaroscuro.training.data.OneSize;
import io.chiaroscuro.training.data.Pixels;
import io.chiaroscuro.training.data.Share;
import io.chiaroscuro.training.optim.AdamWConfig;
import io.chiaroscuro.training.optim.LearningRate;
import io.chiaroscuro.training.run.TrainingConfig;
import io.chiaroscuro.training.subject.AutoencoderSubject;
import io.chiaroscuro.training.subject.InitialWeights;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/**
 * The embedded model's autoencoder: pictures of 128 x 128 become latents of 32 x 32 x 4.
 *
 * <p>Latents of 16 x 16 would be cheaper, but the bias that the model is to show grows with their
 * number: at the last timestep the mean's signal-to-noise ratio is {@code a^2 = abar_T H W
 * var(mean)}, 1.2 var(mean) for 16 x 16 and 4.8 var(mean) for 32 x 32.
 *
 * <p>It learns from crops of 64 x 64, a quarter of the work of whole pictures; convolutions do not
 * mind.
 */
public final class AutoencoderStage {

  private static final int CROP = 64;
  private static final int BATCH = 16;
  private static final double KL_WEIGHT = 1e-3;

  private AutoencoderStage() {}

  static AutoencoderKLConfig config(double scalingFactor) {
    return new AutoencoderKLConfig(
        DemoModel.SIZE,
        3,
        3,
        4,
        Collections.nCopies(3, "DownEncoderBlock2D"),
        Collections.nCopies(3, "UpDecoderBlock2D"),
        List.of(16, 32, 64),
        1,
        Activation.SILU,
        8,
        scalingFactor,
        0,
        true,
        true,
        false);
  }

  public static TrainingConfig config(long steps, long seed) {
    return new TrainingConfig(
        steps,
        1,
        new LearningRate(LearningRate.Schedule.COSINE, 2e-3, Math.min(100, steps), steps),
        new AdamWConfig(0.9, 0.99, 1e-4, 1e-8),
        1,
        0.998,
        seed,
        250,
        2,
        500);
  }

  /**
   * @param pictures the training set's folder
   */
  public static AutoencoderSubject subject(Path pictures, long seed) {
    Examples examples =
        new Examples(
            CaptionedFolder.read(pictures, "text", ".txt"),
            new OneSize(new ImageSize(DemoModel.SIZE, DemoModel.SIZE), new ImageSize(CROP, CROP)));
    Pixels pixels =
        Pixels.holding(examples, new Augmentation(Cropping.RANDOM, Mirroring.NONE, seed));
    var batches =
        new Batches<>(
            examples,
            pixels,
            new BatchOrder(examples, BATCH, seed),
            Share.WHOLE,
            CaptionDropout.NONE);
    var weights = new Weights(new InitialWeights(seed), DType.FLOAT32, Device.CPU);
    return new AutoencoderSubject(new AutoencoderKL(config(1), weights), batches, BATCH, KL_WEIGHT);
  }
}
