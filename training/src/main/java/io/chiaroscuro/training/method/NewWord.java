package io.chiaroscuro.training.method;

import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.training.optim.Parameters;
import io.chiaroscuro.training.subject.Learner;
import io.chiaroscuro.training.subject.TextualInversionConfig;
import java.nio.file.Path;
import java.util.Map;

/** A word, by textual inversion. Published as {@value LearnedEmbedding#NAME}. */
public record NewWord(TextualInversionConfig config) implements Learnable {

  @Override
  public boolean reaches(Component network) {
    return true;
  }

  @Override
  public Learner begin(StableDiffusion model, long seed) {
    LearnedEmbedding word = config.create(model.tokenizer(), model.textEncoder());
    try {
      CLIPTokenizer extended = word.teach(model.tokenizer(), model.textEncoder());
      model.tokenizer().close();
      return new Taught(
          model.withTokenizer(extended),
          word,
          new Parameters(Map.of(word.token(), word.vectors())));
    } catch (RuntimeException e) {
      word.close();
      throw e;
    }
  }

  private record Taught(StableDiffusion model, LearnedEmbedding word, Parameters parameters)
      implements Learner {

    @Override
    public void write(Path folder) {
      word.write(folder.resolve(LearnedEmbedding.NAME));
      NoiseScheduleChange.writeScheduler(model, folder);
    }

    @Override
    public void close() {
      word.close();
      model.close();
    }
  }
}
