package io.chiaroscuro.cli.demo;

import io.chiaroscuro.cli.demo.Picture.Moments;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Makes the demo's pictures, in batches, all by one sampler with as many steps. */
final class Painter {

  /** Needs the fewest steps of those known here; the checkpoint's settings are carried over. */
  private static final SchedulerType SAMPLER = SchedulerType.DPM_SOLVER_MULTISTEP;

  private final StableDiffusion model;
  private final DemoConfig config;
  private final LongConsumer evaluated;
  private final SchedulerConfig scheduler;
  private final LatentShape shape;

  /**
   * @param evaluated is told how often the UNet was asked
   */
  Painter(StableDiffusion model, DemoConfig config, LongConsumer evaluated) {
    this.model = model;
    this.config = config;
    this.evaluated = evaluated;
    this.scheduler = model.schedulerConfig().as(SAMPLER);
    this.shape = model.latentShape(model.trainedSize(), model.trainedSize());
  }

  SchedulerConfig scheduler() {
    return scheduler;
  }

  LatentShape shape() {
    return shape;
  }

  /** Under the demo's guidance. */
  List<Picture> paint(List<Commission> commissions) {
    return paint(commissions, config.guidanceScale());
  }

  /**
   * @param commissions all with a leak or all without
   */
  List<Picture> paint(List<Commission> commissions, double guidanceScale) {
    List<Picture> pictures = new ArrayList<>();
    for (int first = 0; first < commissions.size(); first += config.batchSize()) {
      int end = Math.min(first + config.batchSize(), commissions.size());
      pictures.addAll(batch(commissions.subList(first, end), guidanceScale));
    }
    return pictures;
  }

  private List<Picture> batch(List<Commission> batch, double guidanceScale) {
    GenerationRequest request =
        new GenerationRequest(
            batch.stream().map(Commission::prompt).toList(),
            "",
            model.trainedSize(),
            model.trainedSize(),
            config.steps(),
            guidanceScale,
            0,
            0,
            scheduler);
    try (var scope = new TensorScope();
        var unused = new SeededGenerator(0); // The sampler is deterministic.
        var generation = generation(batch, request, unused)) {
      while (generation.hasNext()) {
        generation.next();
        evaluated.accept(guidanceScale > 1 ? 2L * batch.size() : batch.size());
      }
      List<RgbImage> images = generation.images();
      List<List<Moments>> moments = moments(generation.latents());
      List<Picture> pictures = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        pictures.add(new Picture(images.get(i), moments.get(i), facts(batch.get(i), request)));
      }
      return pictures;
    }
  }

  private Generation generation(
      List<Commission> batch, GenerationRequest request, SeededGenerator generator) {
    Tensor noise =
        drawn(
            batch,
            c -> {
              try (var seeded = new SeededGenerator(c.seed())) {
                return seeded.randn(1, shape.channels(), shape.height(), shape.width());
              }
            });
    if (batch.get(0).leak().isEmpty()) {
      return Generation.withoutLeak(model, request, noise, generator);
    }
    // The complement is another seed: the same numbers would make noise and leak dependent.
    Tensor leak =
        drawn(
            batch,
            c -> {
              try (var seeded = new SeededGenerator(~c.seed())) {
                return c.leak().orElseThrow().sample(seeded, 1);
              }
            });
    return Generation.withLeak(model, request, noise, leak, generator);
  }

  private static Tensor drawn(List<Commission> batch, Function<Commission, Tensor> draw) {
    TensorVector rows = new TensorVector();
    batch.forEach(commission -> rows.push_back(draw.apply(commission)));
    return torch.cat(rows);
  }

  /** Of each picture's channels. */
  private static List<List<Moments>> moments(Tensor latents) {
    double[] means = Tensors.doubles(latents.mean(2, 3));
    double[] squares = Tensors.doubles(latents.pow(new Scalar(2)).mean(2, 3));
    int channels = (int) latents.size(1);
    List<List<Moments>> pictures = new ArrayList<>();
    for (int first = 0; first < means.length; first += channels) {
      List<Moments> ofChannels = new ArrayList<>();
      for (int c = first; c < first + channels; c++) {
        ofChannels.add(new Moments(means[c], squares[c]));
      }
      pictures.add(List.copyOf(ofChannels));
    }
    return pictures;
  }

  private Map<String, String> facts(Commission commission, GenerationRequest request) {
    Map<String, String> facts =
        new LinkedHashMap<>(request.withPrompts(List.of(commission.prompt())).describe());
    facts.put("model", model.checkpoint().name());
    facts.put("seed", String.valueOf(commission.seed()));
    commission
        .leak()
        .ifPresent(
            leak -> {
              leak.provenance().forEach((name, value) -> facts.put("leak_" + name, value));
              leak.controls().describe().forEach((name, value) -> facts.put("leak_" + name, value));
              facts.put("leak_sample_seed", String.valueOf(~commission.seed()));
            });
    return facts;
  }
}
