package io.chiaroscuro.spark.generation;

import io.chiaroscuro.Version;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.scheduler.SamplerName;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** PNG files of the model inside, made as by a program that knows nothing of orders. */
final class SingleMachine implements AutoCloseable {

  static final int STEPS = 2;

  private final EmbeddedModel embedded = EmbeddedModel.ofThisBuild();
  private final StableDiffusion model =
      StableDiffusion.load(embedded.checkpoint(), Device.CPU, DType.FLOAT32);

  private GenerationRequest request(String prompt, String sampler) {
    return new GenerationRequest(
            prompt,
            "",
            model.trainedSize(),
            model.trainedSize(),
            STEPS,
            model.defaultGuidanceScale(),
            0,
            0,
            sampler == null
                ? model.schedulerConfig()
                : SamplerName.apply(sampler, model.schedulerConfig()))
        .withPromptSyntax(PromptSyntax.WEIGHTED);
  }

  /**
   * Without a leak.
   *
   * @param sampler null for the model's own
   */
  byte[] without(String prompt, long seed, String sampler) {
    torch.set_num_threads(1);
    GenerationRequest request = request(prompt, sampler);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(seed);
        var generation = Generation.withoutLeak(model, request, noise(generator), generator)) {
      generation.forEachRemaining(step -> {});
      return png(request, seed, "without", generation.image(), Map.of());
    }
  }

  /** With a leak that is drawn from the statistics that come with the model. */
  byte[] with(String prompt, long seed) {
    torch.set_num_threads(1);
    GenerationRequest request = request(prompt, null);
    try (var scope = new TensorScope();
        var statistics = LeakStatistics.read(embedded.leak());
        var generator = new SeededGenerator(seed);
        var ofLeak = new SeededGenerator(~seed)) {
      var leak = new SignalLeak(statistics, LeakControls.NONE);
      try (var generation =
          Generation.withLeak(
              model, request, noise(generator), leak.sample(ofLeak, 1), generator)) {
        generation.forEachRemaining(step -> {});
        Map<String, String> text = new LinkedHashMap<>();
        text.put("leak", embedded.leak().toString());
        leak.provenance().forEach((name, value) -> text.put("leak_" + name, value));
        leak.controls().describe().forEach((name, value) -> text.put("leak_" + name, value));
        text.put("leak_sample_seed", String.valueOf(~seed));
        return png(request, seed, "with", generation.image(), text);
      }
    }
  }

  private Tensor noise(SeededGenerator generator) {
    LatentShape shape = model.latentShape(model.trainedSize(), model.trainedSize());
    return generator.randn(1, shape.channels(), shape.height(), shape.width());
  }

  private byte[] png(
      GenerationRequest request,
      long seed,
      String shows,
      RgbImage image,
      Map<String, String> ofLeak) {
    Map<String, String> text = new LinkedHashMap<>(request.describe());
    text.putAll(model.describe());
    text.put("Software", "Chiaroscuro " + Version.current());
    text.put("seed", String.valueOf(seed));
    text.put("shows", shows);
    text.putAll(ofLeak);
    text.put("brightness", String.valueOf(Brightness.of(image).mean()));
    return PngFile.encode(image, text);
  }

  @Override
  public void close() {
    model.close();
  }
}
