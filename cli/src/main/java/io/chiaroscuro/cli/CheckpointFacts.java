package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.Scheduler;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A checkpoint in diffusers' layout, or one folder of it: settings and sizes, without reading
 * weights. Of an incomplete one it says what is there and what is not.
 */
final class CheckpointFacts {

  private static final int USUAL_STEPS = 50;

  private CheckpointFacts() {}

  /** Whether {@code folder} is a whole checkpoint. */
  static boolean fit(Path folder) {
    return Files.isRegularFile(folder.resolve("model_index.json"));
  }

  /** Whether {@code folder} holds a scheduler's configuration. */
  static boolean fitScheduler(Path folder) {
    return Files.isRegularFile(folder.resolve("scheduler_config.json"));
  }

  static Facts of(Path folder) {
    Checkpoint checkpoint = Checkpoint.open(folder);
    Facts facts =
        new Facts()
            .add("kind", "checkpoint", "checkpoint in diffusers' layout")
            .add("path", folder.toString())
            .add("pipeline", checkpoint.modelIndex().className())
            .add("components", checkpoint.modelIndex().components());
    addHash(facts, checkpoint);
    facts.addIfPossible("scheduler", () -> scheduler(folder.resolve("scheduler")));
    for (Component component : checkpoint.modelIndex().networks()) {
      Path network = folder.resolve(component.folder());
      facts.addIfPossible(component.folder(), () -> network(component, network));
    }
    return facts;
  }

  private static void addHash(Facts facts, Checkpoint checkpoint) {
    try {
      facts.add("model_hash", checkpoint.hash());
    } catch (InvalidInputException e) {
      facts.add("model_hash", null, "none, since the checkpoint is incomplete");
    }
  }

  static Facts ofNetwork(Component component, Path folder) {
    return new Facts()
        .add("kind", "network", "network of a checkpoint")
        .add("path", folder.toString())
        .addAll(network(component, folder));
  }

  static Facts ofScheduler(Path folder) {
    return new Facts()
        .add("kind", "scheduler", "scheduler of a checkpoint")
        .add("path", folder.toString())
        .addAll(scheduler(folder));
  }

  private static Facts network(Component component, Path folder) {
    Path config = folder.resolve("config.json");
    Facts settings =
        switch (component) {
          case UNET -> unet(UNet2DConditionConfig.read(config));
          case VAE -> vae(AutoencoderKLConfig.read(config));
          case TEXT_ENCODER -> textEncoder(CLIPTextConfig.read(config));
          case TEXT_ENCODER_2 -> projectingTextEncoder(CLIPTextConfig.read(config));
        };
    return new Facts()
        .add("class", component.className())
        .add("config", settings)
        .addIfPossible("weights", () -> WeightFacts.ofFolder(folder));
  }

  private static Facts unet(UNet2DConditionConfig config) {
    return new Facts()
        .add("sample_size", config.sampleSize())
        .add("in_channels", config.inChannels())
        .add("block_out_channels", config.blockOutChannels())
        .add("layers_per_block", config.layersPerBlock())
        .add("cross_attention_dim", config.crossAttentionDim())
        .add("heads", IntStream.range(0, config.levels()).map(config::heads).boxed().toList())
        .add("use_linear_projection", config.useLinearProjection())
        .add("upcast_attention", config.upcastAttention())
        .add(
            "addition_embed_type",
            config.additionEmbedType(),
            Objects.requireNonNullElse(config.additionEmbedType(), "none"));
  }

  private static Facts vae(AutoencoderKLConfig config) {
    return new Facts()
        .add("sample_size", config.sampleSize())
        .add("latent_channels", config.latentChannels())
        .add("scaling_factor", config.scalingFactor())
        .add("block_out_channels", config.blockOutChannels())
        .add("layers_per_block", config.layersPerBlock());
  }

  private static Facts textEncoder(CLIPTextConfig config) {
    return new Facts()
        .add("vocab_size", config.vocabSize())
        .add("max_position_embeddings", config.maxPositionEmbeddings())
        .add("hidden_size", config.hiddenSize())
        .add("num_hidden_layers", config.numHiddenLayers())
        .add("num_attention_heads", config.numAttentionHeads())
        .add("hidden_act", config.hiddenAct().toString().toLowerCase(Locale.ROOT));
  }

  private static Facts projectingTextEncoder(CLIPTextConfig config) {
    return textEncoder(config).add("projection_dim", config.projectionDim());
  }

  private static Facts scheduler(Path folder) {
    SchedulerConfig config = SchedulerConfig.read(folder.resolve("scheduler_config.json"));
    Facts facts =
        new Facts()
            .add("class", config.type().className())
            .add("prediction_type", word(config.predictionType()))
            .add("num_train_timesteps", config.numTrainTimesteps());
    if (config.trainedBetas().isEmpty()) {
      facts
          .add("beta_schedule", word(config.betaSchedule()))
          .add("beta_start", config.betaStart())
          .add("beta_end", config.betaEnd());
    } else {
      facts.add("beta_schedule", "trained_betas");
    }
    facts
        .add("rescale_betas_zero_snr", config.rescaleBetasZeroSnr())
        .add("timestep_spacing", word(config.timestepSpacing()))
        .add("steps_offset", config.stepsOffset())
        .add("clip_sample", config.clipSample());
    addImageLeft(facts, config);
    return facts;
  }

  /**
   * How much of the picture is left in what the network is trained on where noise is strongest,
   * {@code sqrt(abar_t)}: the signal leak (Everaert et al., 2023).
   */
  private static void addImageLeft(Facts facts, SchedulerConfig config) {
    Scheduler scheduler = Scheduler.of(config);
    NoiseSchedule schedule = scheduler.noiseSchedule();
    int last = schedule.numTrainTimesteps() - 1;
    int steps = Math.min(USUAL_STEPS, last);
    int first;
    try (var trajectory = scheduler.start(steps)) {
      first = (int) Math.round(trajectory.timesteps()[0]);
    }
    double atLast = Math.sqrt(schedule.alphasCumprod(last));
    double atFirst = Math.sqrt(schedule.alphasCumprod(first));
    facts.add(
        "image_left",
        List.of(
            Map.of("timestep", last, "share", atLast),
            Map.of("timestep", first, "share", atFirst, "steps", steps)),
        String.format(
            Locale.ROOT,
            "%.2f %% at timestep %d, the last; %.2f %% at timestep %d, the first of %d steps",
            100 * atLast,
            last,
            100 * atFirst,
            first,
            steps));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
