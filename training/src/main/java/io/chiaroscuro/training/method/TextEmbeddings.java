package io.chiaroscuro.training.method;

import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.data.CachingProgress;
import io.chiaroscuro.training.data.CaptionedImage;
import io.chiaroscuro.training.data.TextEmbeddingCache;
import io.chiaroscuro.training.data.TextEmbeddingCaching;
import io.chiaroscuro.training.data.TokenizedCaptions;
import io.chiaroscuro.training.process.ProcessGroup;
import io.chiaroscuro.training.subject.PromptEncoder;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How captions reach the UNet.
 *
 * @param caching where they are kept encoded, for a text encoder that does not learn; empty to
 *     encode each whenever its turn comes
 * @param clipSkip how many of the text encoder's last layers are left out
 */
public record TextEmbeddings(Optional<TextEmbeddingCaching> caching, int clipSkip) {

  PromptEncoder encoder(
      StableDiffusion model,
      TrainingPictures pictures,
      Optional<PriorPreservation> prior,
      ProcessGroup processes,
      CachingProgress progress) {
    if (caching.isPresent()) {
      List<String> captions =
          Stream.concat(Stream.of(pictures), prior.map(PriorPreservation::pictures).stream())
              .flatMap(set -> set.examples().images().stream())
              .map(CaptionedImage::caption)
              .distinct()
              .toList();
      TextEmbeddingCache cache =
          processes.inTurn(
              () ->
                  caching
                      .get()
                      .fill(captions, clipSkip, model.tokenizer(), model.textEncoder(), progress));
      return wanted -> {
        try (var scope = new TensorScope()) {
          return scope.keep(Tensors.to(cache.hiddenStates(wanted), model.device(), model.dtype()));
        }
      };
    }
    var tokenized = new TokenizedCaptions(model.tokenizer());
    return captions -> {
      try (var scope = new TensorScope()) {
        var inputIds = Tensors.to(tokenized.inputIds(captions), model.device(), DType.INT64);
        return scope.keep(model.textEncoder().forward(inputIds, clipSkip));
      }
    };
  }
}
