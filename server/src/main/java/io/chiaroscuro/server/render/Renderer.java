package io.chiaroscuro.server.render;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.SeededLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.scheduler.SamplerName;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.job.JobProgress;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.light.Light;
import io.chiaroscuro.server.light.LightSettings;
import io.chiaroscuro.server.light.StatisticsShelf;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/** Makes the pictures of requests, step by step. */
public final class Renderer {

  /** The keyword in a PNG under which the request is found that makes the picture again. */
  public static final String REQUEST = "chiaroscuro_request";

  private final StatisticsShelf shelf;

  /**
   * @param shelf where statistics are found
   */
  public Renderer(StatisticsShelf shelf) {
    this.shelf = shelf;
  }

  /**
   * Makes the pictures of a request, in each of some lights.
   *
   * @param model stays the caller's
   * @param request with a seed; its own light does not count
   * @param lights at least one, of one size
   * @param progress told of each step over all pictures; may end it
   * @param sink given each picture as soon as it is made
   * @throws io.chiaroscuro.InvalidInputException if the request does not suit the model
   */
  public void render(
      StableDiffusion model,
      ImageRequest request,
      List<LightSettings> lights,
      JobProgress progress,
      Consumer<RenderedPicture> sink) {
    ImageRequest complete = completed(request, lights.get(0), model);
    GenerationRequest generation = generation(complete, model);
    try (var source = Source.of(complete, model)) {
      int each = source.task().steps(generation) * (complete.compare() ? 2 : 1);
      var steps = new Steps(model, progress, each * complete.count() * lights.size());
      for (LightSettings settings : lights) {
        ImageRequest lit = complete.withLight(settings);
        try (var light = new Light(settings, shelf, model, lit.width(), lit.height())) {
          new Rendering(model, lit, generation, source, light, steps, sink).run();
        }
      }
    }
  }

  /** What was left open is as the leak's statistics have it, else as the model has it. */
  private ImageRequest completed(ImageRequest request, LightSettings light, StableDiffusion model) {
    Optional<LatentShape> shape = statisticsShape(light);
    int downscale = model.vae().downscale();
    int trained = model.trainedSize();
    return request.withDefaults(
        request.width() != null
            ? request.width()
            : shape.map(s -> s.width() * downscale).orElse(trained),
        request.height() != null
            ? request.height()
            : shape.map(s -> s.height() * downscale).orElse(trained),
        request.guidanceScale() != null ? request.guidanceScale() : model.defaultGuidanceScale());
  }

  private Optional<LatentShape> statisticsShape(LightSettings light) {
    if (light.statistics() == null) {
      return Optional.empty();
    }
    try (LeakStatistics statistics = shelf.read(light.statistics(), "light.statistics")) {
      return Optional.of(statistics.shape());
    }
  }

  private static GenerationRequest generation(ImageRequest request, StableDiffusion model) {
    SchedulerConfig own = model.schedulerConfig();
    return new GenerationRequest(
            request.prompt(),
            request.negativePrompt(),
            request.width(),
            request.height(),
            request.numInferenceSteps(),
            request.guidanceScale(),
            request.guidanceRescale(),
            request.clipSkip(),
            request.scheduler() == null ? own : SamplerName.apply(request.scheduler(), own))
        .withPromptSyntax(PromptSyntax.WEIGHTED);
  }

  /** The pictures of one request. */
  private static final class Rendering {
    private final StableDiffusion model;
    private final ImageRequest request;
    private final GenerationRequest generation;
    private final Source source;
    private final Light light;
    private final Steps steps;
    private final Consumer<RenderedPicture> sink;
    private final LatentShape shape;
    private final Map<String, String> provenance;

    private Rendering(
        StableDiffusion model,
        ImageRequest request,
        GenerationRequest generation,
        Source source,
        Light light,
        Steps steps,
        Consumer<RenderedPicture> sink) {
      this.model = model;
      this.request = request;
      this.generation = generation;
      this.source = source;
      this.light = light;
      this.steps = steps;
      this.sink = sink;
      this.shape = model.latentShape(request.width(), request.height());
      this.provenance = new LinkedHashMap<>(generation.describe());
      provenance.putAll(model.describe());
      provenance.putAll(source.facts());
    }

    private void run() {
      for (int index = 0; index < request.count(); index++) {
        long seed = request.seed() + index;
        Optional<SeededLeak> leak = light.of(seed, index);
        if (request.compare() && leak.isPresent()) {
          give(index, "initial", initial(seed), false);
          give(index, "without", generated(seed, Optional.empty()), false);
          give(index, "leak", decoded(leak.get()), true);
        }
        give(index, leak.isPresent() ? "with" : "without", generated(seed, leak), true);
      }
    }

    private RgbImage generated(long seed, Optional<SeededLeak> leak) {
      try (var scope = new TensorScope();
          var generators = SeededGenerators.consecutive(seed, 1)) {
        try (Generation pictures =
            source.task().start(generation, 1, () -> noise(generators), leak, generators)) {
          while (pictures.hasNext()) {
            steps.step(pictures.next());
          }
          return source.finished(pictures.image());
        }
      }
    }

    private RgbImage initial(long seed) {
      try (var scope = new TensorScope();
          var generators = SeededGenerators.consecutive(seed, 1)) {
        return model.decode(noise(generators)).get(0);
      }
    }

    private RgbImage decoded(SeededLeak leak) {
      try (var scope = new TensorScope()) {
        return model.decode(leak.sample()).get(0);
      }
    }

    private Tensor noise(SeededGenerators generators) {
      return generators.randn(1, shape.channels(), shape.height(), shape.width());
    }

    private void give(int index, String shows, RgbImage image, boolean isLit) {
      long seed = request.seed() + index;
      ImageRequest alone = request.withoutPictures().ofPicture(seed);
      Map<String, String> text = new LinkedHashMap<>(provenance);
      text.put("seed", String.valueOf(seed));
      text.put("shows", shows);
      if (isLit && light.isPresent()) {
        text.putAll(light.describe());
        text.put("leak_sample_seed", String.valueOf(request.light().leakSeed(seed, index)));
      }
      text.put(REQUEST, Json.write(alone));
      sink.accept(new RenderedPicture(image, shows, alone, text));
    }
  }
}
