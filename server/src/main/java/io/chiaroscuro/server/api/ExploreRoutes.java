package io.chiaroscuro.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.analysis.ImageLeft;
import io.chiaroscuro.analysis.NoiseByWavelength;
import io.chiaroscuro.analysis.NoiseByWavelength.Band;
import io.chiaroscuro.analysis.NoiseByWavelength.Level;
import io.chiaroscuro.analysis.WavelengthFigure;
import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.SamplerName;
import io.chiaroscuro.scheduler.Scheduler;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.http.RequestCheck;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.server.job.SweepRequest;
import io.chiaroscuro.server.json.DataUrl;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.model.ModelCatalog;
import io.chiaroscuro.server.model.ModelFacts;
import io.chiaroscuro.server.upload.Uploads;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Why there is a signal leak, in figures and pictures of one's own. */
public final class ExploreRoutes {

  private static final List<Integer> TIMESTEPS = List.of(0, 249, 499, 749, 999);
  private static final int FIGURE_SIZE = 256;

  private final ModelCatalog catalog;
  private final JobQueue queue;
  private final RequestCheck check;
  private final Uploads uploads;
  private final Limits limits;
  private final Body body;

  public ExploreRoutes(
      ModelCatalog catalog,
      JobQueue queue,
      RequestCheck check,
      Uploads uploads,
      Limits limits,
      Body body) {
    this.catalog = catalog;
    this.queue = queue;
    this.check = check;
    this.uploads = uploads;
    this.limits = limits;
    this.body = body;
  }

  public void addTo(RoutesConfig routes) {
    routes.get("/api/explore/schedule", this::schedule);
    routes.post("/api/explore/wavelengths", this::wavelengths);
    routes.post("/api/explore/sweep", this::sweep);
  }

  private void sweep(Context ctx) {
    SweepRequest request = check.checked(body.json(ctx, SweepRequest.class));
    ctx.status(202);
    ctx.json(JobView.of(queue.submit(request)));
  }

  /** What is left of a picture by timestep, as the model has it and with zero terminal SNR. */
  private void schedule(Context ctx) {
    ModelFacts model = catalog.facts(ctx.queryParam("model"));
    int steps = Query.number(ctx, "steps", 50, 1, limits.maxSteps());
    SchedulerConfig sampler = sampler(model, ctx.queryParam("scheduler"));
    ObjectNode answer =
        queue.soon(
            () -> {
              ObjectNode facts = Json.object().put("model", model.name());
              facts.put("scheduler", sampler.type().toString()).put("steps", steps);
              SchedulerConfig noise = model.scheduler().as(SchedulerType.DDIM);
              facts.set("own", curve(noise.with("rescale_betas_zero_snr", false)));
              facts.set("zero_terminal_snr", curve(noise.with("rescale_betas_zero_snr", true)));
              facts.set("first_step", left(ImageLeft.atFirstStep(Scheduler.of(sampler), steps)));
              return facts;
            });
    ctx.json(answer);
  }

  private static SchedulerConfig sampler(ModelFacts model, String name) {
    try {
      return name == null ? model.scheduler() : SamplerName.apply(name, model.scheduler());
    } catch (InvalidInputException e) {
      throw new RefusedException("scheduler", e.getMessage());
    }
  }

  private static ObjectNode curve(SchedulerConfig config) {
    var schedule = new NoiseSchedule(config);
    ObjectNode curve = Json.object();
    ArrayNode rates = curve.putArray("signal_rate");
    for (float alphaCumprod : schedule.alphasCumprod()) {
      rates.add(Math.sqrt(alphaCumprod));
    }
    curve.set("training_end", left(ImageLeft.atTrainingEnd(schedule)));
    return curve;
  }

  private static ObjectNode left(ImageLeft left) {
    return Json.object().put("timestep", left.timestep()).put("signal_rate", left.signalRate());
  }

  /** Of a picture of one's own, what noise leaves of each band of wavelengths. */
  private void wavelengths(Context ctx) {
    Body.File file = body.files(ctx, "image").get(0);
    RgbImage decoded = uploads.decode(file.bytes(), file.name());
    RgbImage picture =
        Crop.center(Resize.cover(decoded, FIGURE_SIZE, FIGURE_SIZE), FIGURE_SIZE, FIGURE_SIZE);
    SchedulerConfig noise =
        catalog.facts(body.field(ctx, "model").orElse(null)).scheduler().as(SchedulerType.DDIM);
    Wavelengths found = queue.soon(() -> wavelengths(picture, new NoiseSchedule(noise)));
    // Encoding needs no tensors, and others wait for the worker.
    ctx.json(
        found.facts().put("figure_png", DataUrl.png(PngFile.encode(found.figure(), Map.of()))));
  }

  private record Wavelengths(ObjectNode facts, RgbImage figure) {}

  private static Wavelengths wavelengths(RgbImage picture, NoiseSchedule schedule) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor values = picture.toTensor();
      var analysis = NoiseByWavelength.of(values, schedule, TIMESTEPS);
      ObjectNode facts = Json.object();
      ArrayNode bands = facts.putArray("bands");
      for (Band band : analysis.bands()) {
        ObjectNode row = bands.addObject().put("name", band.band().name());
        row.put("frequencies", band.frequencies());
        ArrayNode ratios = row.putArray("signal_to_noise");
        for (Level level : analysis.levels()) {
          ratios.add(finite(analysis.signalToNoise(band, level)));
        }
      }
      ArrayNode levels = facts.putArray("levels");
      for (Level level : analysis.levels()) {
        ObjectNode row = levels.addObject().put("signal_rate", level.signalRate());
        level.timestep().ifPresent(timestep -> row.put("timestep", timestep));
      }
      Tensor unit = generator.randn(Tensors.shape(values));
      RgbImage figure =
          WavelengthFigure.draw("What noise leaves, by wavelength", values, unit, analysis);
      return new Wavelengths(facts, figure);
    }
  }

  /** JSON has no word for infinity, which a picture without noise has. */
  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
