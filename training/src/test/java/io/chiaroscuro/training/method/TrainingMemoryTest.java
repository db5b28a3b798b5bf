package io.chiaroscuro.training.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.noise.NoiseConfig;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.training.data.Augmentation;
import io.chiaroscuro.training.data.CachingProgress;
import io.chiaroscuro.training.data.CaptionDropout;
import io.chiaroscuro.training.data.CaptionedImage;
import io.chiaroscuro.training.data.Examples;
import io.chiaroscuro.training.data.OneSize;
import io.chiaroscuro.training.objective.ObjectiveConfig;
import io.chiaroscuro.training.optim.AdamWConfig;
import io.chiaroscuro.training.optim.LearningRate;
import io.chiaroscuro.training.process.ProcessGroup;
import io.chiaroscuro.training.run.TrainingConfig;
import io.chiaroscuro.training.run.TrainingRun;
import io.chiaroscuro.training.subject.LoraConfig;
import io.chiaroscuro.training.subject.TextualInversionConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingMemoryTest {

  static Stream<Arguments> ways() {
    return Stream.of(
        Arguments.of(
            new WholeNetworks(Set.of(Component.UNET, Component.TEXT_ENCODER)),
            new Computation(Device.CPU, DType.FLOAT32, false)),
        Arguments.of(
            new LowRankAdapters(LoraConfig.of(2)),
            new Computation(Device.CPU, DType.BFLOAT16, true)),
        Arguments.of(
            new NewWord(new TextualInversionConfig("<w>", "w", 2)),
            new Computation(Device.CPU, DType.FLOAT32, true)));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void staysFlatOverAHundredSteps(
      Learnable learnable, Computation computation, @TempDir Path folder) {
    SeededStableDiffusion.write(folder.resolve("model"), 1);
    var training = training(learnable, computation, folder);
    var subject = training.subject(ProcessGroup.alone(), CachingProgress.SILENT);
    var config =
        new TrainingConfig(
            100, 1, LearningRate.constant(1e-4), AdamWConfig.DEFAULT, 1, 0.99, 0, 30, 1, 30);
    try (var run =
        TrainingRun.start(
            subject, config, training.settings(), folder.resolve("out"), ProcessGroup.alone())) {
      long objects = 0;
      long bytes = 0;
      while (run.hasNext()) {
        run.next();
        if (run.step() == 40) { // after the first checkpoint and the first samples
          objects = Pointer.totalCount();
          bytes = Pointer.physicalBytes();
        }
      }
      assertThat(Pointer.totalCount() - objects).as("native objects").isLessThan(40);
      assertThat(Pointer.physicalBytes() - bytes).as("resident bytes").isLessThan(24L << 20);
    }
  }

  private static DenoiserTraining training(
      Learnable learnable, Computation computation, Path folder) {
    List<CaptionedImage> images = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Path file = folder.resolve(i + ".png");
      PngFile.write(file, RgbImage.solid(48, 40, 80 * i, 0, 255 - 80 * i), Map.of());
      images.add(new CaptionedImage(file, "a <w> of number " + i));
    }
    return new DenoiserTraining(
        Checkpoint.open(folder.resolve("model")),
        computation,
        learnable,
        NoiseScheduleChange.NONE,
        new TrainingPictures(
            new Examples(images, OneSize.square(32)),
            new Augmentation(Cropping.RANDOM, Mirroring.RANDOM, 0),
            new CaptionDropout(0.1, 0),
            Optional.empty()),
        Optional.empty(),
        1,
        ObjectiveConfig.DEFAULTS.withNoise(NoiseConfig.WHITE.withNoiseOffset(0.1)),
        new TextEmbeddings(Optional.empty(), 0),
        new SamplePrompts(List.of("a wall"), 1, 1, 1, new ImageSize(32, 32), 0),
        0);
  }
}
