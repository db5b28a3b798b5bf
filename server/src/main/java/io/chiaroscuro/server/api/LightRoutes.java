package io.chiaroscuro.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.Histogram;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.http.RequestCheck;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.json.DataUrl;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.light.Light;
import io.chiaroscuro.server.light.LightSettings;
import io.chiaroscuro.server.light.StatisticsShelf;
import io.chiaroscuro.server.model.ModelCache;
import io.chiaroscuro.server.render.LightPreview;
import io.chiaroscuro.server.upload.Uploads;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;

/** Light without a picture: what a picture would start from, and how bright pictures are. */
public final class LightRoutes {

  /** What a preview is asked by. */
  private record PreviewRequest(
      LightSettings light, String model, Long seed, Integer width, Integer height) {

    /** As a picture of one step is asked for, so that the same is refused. */
    private ImageRequest asImage() {
      ObjectNode image = (ObjectNode) Json.tree(this);
      image.put("prompt", "").put("num_inference_steps", 1);
      return Json.read(image, ImageRequest.class);
    }
  }

  private final StatisticsShelf shelf;
  private final ModelCache models;
  private final JobQueue queue;
  private final RequestCheck check;
  private final Uploads uploads;
  private final Body body;

  public LightRoutes(
      StatisticsShelf shelf,
      ModelCache models,
      JobQueue queue,
      RequestCheck check,
      Uploads uploads,
      Body body) {
    this.shelf = shelf;
    this.models = models;
    this.queue = queue;
    this.check = check;
    this.uploads = uploads;
    this.body = body;
  }

  public void addTo(RoutesConfig routes) {
    routes.post("/api/light/preview", this::preview);
    routes.post("/api/brightness", this::brightness);
  }

  private void preview(Context ctx) {
    ImageRequest request = check.checked(body.json(ctx, PreviewRequest.class).asImage());
    LightPreview preview = queue.soon(() -> preview(request));
    var answer = Json.object().put("seed", request.seed());
    answer.put("initial_png", png(preview.initial()));
    answer.put("leak_png", png(preview.leak()));
    answer.put("both_png", png(preview.both()));
    answer.put("leak_brightness", Brightness.of(preview.leak()).mean());
    ctx.json(answer);
  }

  private LightPreview preview(ImageRequest request) {
    try (var lease = models.lease(request.model())) {
      int trained = lease.model().trainedSize();
      int width = request.width() == null ? trained : request.width();
      int height = request.height() == null ? trained : request.height();
      try (var light = new Light(request.light(), shelf, lease.model(), width, height)) {
        return LightPreview.of(lease.model(), light, request.seed(), width, height);
      }
    }
  }

  private static String png(RgbImage image) {
    return DataUrl.png(PngFile.encode(image, Map.of()));
  }

  private void brightness(Context ctx) {
    ArrayNode images = Json.object().putArray("images");
    for (Body.File file : body.files(ctx, "images")) {
      RgbImage image = uploads.decode(file.bytes(), file.name());
      Histogram pixels = Histogram.of(image);
      var facts =
          images
              .addObject()
              .put("name", file.name())
              .put("width", image.width())
              .put("height", image.height())
              .put("mean", pixels.mean())
              .put("deviation", pixels.standardDeviation());
      ArrayNode counts = facts.putArray("histogram");
      for (int value = 0; value < Histogram.BINS; value++) {
        counts.add(pixels.count(value));
      }
    }
    ctx.json(Map.of("images", images));
  }
}
