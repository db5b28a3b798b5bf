package io.chiaroscuro.training.evaluation;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.training.openmoji.Caption;
import io.chiaroscuro.training.openmoji.Emoji;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Asks a model for emoji and judges what it draws, as a lazy sequence of batches. Picture {@code i}
 * starts from the noise of {@code seed + i}, whatever the batches.
 */
public final class Evaluation implements Iterator<List<JudgedPicture>> {

  private final StableDiffusion model;
  private final EmojiRecognition recognition;
  private final GenerationRequest request;
  private final List<Caption> captions;
  private final int batchSize;
  private final long seed;
  private final LatentShape shape;
  private int next;

  /**
   * @param model stays the caller's, as {@code recognition} does
   * @param request how to make the pictures; what they show comes from {@code captions}
   */
  public Evaluation(
      StableDiffusion model,
      EmojiRecognition recognition,
      GenerationRequest request,
      List<Caption> captions,
      int batchSize,
      long seed) {
    this.model = model;
    this.recognition = recognition;
    this.request = request;
    this.captions = List.copyOf(captions);
    this.batchSize = batchSize;
    this.seed = seed;
    this.shape = model.latentShape(request.width(), request.height());
  }

  @Override
  public boolean hasNext() {
    return next < captions.size();
  }

  @Override
  public List<JudgedPicture> next() {
    int first = next;
    List<Caption> batch = captions.subList(first, Math.min(first + batchSize, captions.size()));
    next += batch.size();
    List<String> prompts = batch.stream().map(Caption::text).toList();
    try (var scope = new TensorScope();
        var generators = SeededGenerators.consecutive(seed + first, batch.size())) {
      Tensor noise =
          generators.randn(batch.size(), shape.channels(), shape.height(), shape.width());
      try (var generation =
          Generation.withoutLeak(model, request.withPrompts(prompts), noise, generators)) {
        generation.forEachRemaining(step -> {});
        List<RgbImage> images = generation.images();
        List<List<Emoji>> rankings = recognition.rank(generation.latents());
        List<JudgedPicture> judged = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
          judged.add(
              new JudgedPicture(batch.get(i), seed + first + i, images.get(i), rankings.get(i)));
        }
        return judged;
      }
    }
  }
}
