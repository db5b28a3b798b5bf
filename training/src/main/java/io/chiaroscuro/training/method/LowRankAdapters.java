package io.chiaroscuro.training.method;

import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraFile;
import io.chiaroscuro.adapter.LoraFormat;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.training.optim.Parameters;
import io.chiaroscuro.training.subject.Learner;
import io.chiaroscuro.training.subject.LoraConfig;
import java.nio.file.Path;

/**
 * A LoRA. Published in two files: {@value LoraFile#NAME} as diffusers names and reads it, and
 * {@value #KOHYA_NAME} as kohya's scripts and most programs read it.
 */
public record LowRankAdapters(LoraConfig config) implements Learnable {

  public static final String KOHYA_NAME = "kohya_lora_weights.safetensors";

  @Override
  public boolean reaches(Component network) {
    return network == Component.UNET || config.targetModules().containsKey(network);
  }

  @Override
  public Learner begin(StableDiffusion model, long seed) {
    try (var generator = new SeededGenerator(seed)) {
      Lora lora = config.create(model.networks(), generator);
      return new Adapting(model, lora, new Parameters(lora.tensors()));
    }
  }

  private record Adapting(StableDiffusion model, Lora lora, Parameters parameters)
      implements Learner {

    @Override
    public void write(Path folder) {
      LoraFile.write(folder.resolve(LoraFile.NAME), lora, LoraFormat.DIFFUSERS);
      LoraFile.write(folder.resolve(KOHYA_NAME), lora, LoraFormat.KOHYA);
      NoiseScheduleChange.writeScheduler(model, folder);
    }

    @Override
    public void close() {
      lora.close();
      model.close();
    }
  }
}
