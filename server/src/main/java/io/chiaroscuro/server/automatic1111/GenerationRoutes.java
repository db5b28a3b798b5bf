package io.chiaroscuro.server.automatic1111;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.http.RequestCheck;
import io.chiaroscuro.server.http.Waiting;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.job.JobState;
import io.chiaroscuro.server.json.DataUrl;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.store.Gallery;
import io.chiaroscuro.server.store.Picture;
import io.chiaroscuro.server.upload.Uploads;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Pictures from text and from pictures, how far they are, and their end before that. */
public final class GenerationRoutes {

  private final RequestCheck check;
  private final Gallery gallery;
  private final Uploads uploads;
  private final Body body;
  private final OptionRoutes options;
  private final Waiting waiting;
  private final RunningJobs running;

  public GenerationRoutes(
      RequestCheck check,
      JobQueue queue,
      Gallery gallery,
      Uploads uploads,
      Body body,
      OptionRoutes options) {
    this.check = check;
    this.gallery = gallery;
    this.uploads = uploads;
    this.body = body;
    this.options = options;
    this.waiting = new Waiting(queue);
    this.running = new RunningJobs(queue);
  }

  void addTo(RoutesConfig routes) {
    routes.post("/sdapi/v1/txt2img", this::textToImage);
    routes.post("/sdapi/v1/img2img", this::imageToImage);
    routes.get("/sdapi/v1/progress", this::progress);
    routes.post("/sdapi/v1/interrupt", this::interrupt);
    routes.post("/sdapi/v1/skip", this::interrupt);
  }

  private void textToImage(Context ctx) {
    var wanted = body.json(ctx, GenerationBody.class);
    answer(ctx, wanted, wanted.asImages(options.current(), null, null));
  }

  private void imageToImage(Context ctx) {
    var wanted = body.json(ctx, GenerationBody.class);
    if (wanted.initImages() == null || wanted.initImages().size() != 1) {
      throw new RefusedException("init_images", "There is to be one image in init_images.");
    }
    String image = wanted.initImages().get(0);
    String mask = wanted.mask() == null ? null : mask(wanted, image);
    answer(ctx, wanted, wanted.asImages(options.current(), image, mask));
  }

  /** As large as the image, and white where it is painted anew. */
  private String mask(GenerationBody wanted, String image) {
    byte[] bytes = DataUrl.bytes(wanted.mask(), "mask");
    ImageSize size = uploads.size(DataUrl.bytes(image, "init_images"), "init_images");
    if (uploads.size(bytes, "mask").equals(size) && wanted.inpaintingMaskInvert() == 0) {
      return wanted.mask();
    }
    byte[] fitted = uploads.decode(bytes, "mask", () -> fitted(bytes, size, wanted));
    return Base64.getEncoder().encodeToString(fitted);
  }

  private static byte[] fitted(byte[] mask, ImageSize size, GenerationBody wanted) {
    RgbImage drawn = Resize.to(ImageDecoder.decode(mask, "mask"), size.width(), size.height());
    return PngFile.encode(wanted.inpaintingMaskInvert() == 0 ? drawn : inverted(drawn), Map.of());
  }

  private static RgbImage inverted(RgbImage image) {
    byte[] rgb = image.rgb().clone();
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ~rgb[i];
    }
    return new RgbImage(image.width(), image.height(), rgb);
  }

  /** A job that was interrupted yields what it had made. */
  private void answer(Context ctx, GenerationBody wanted, ImageRequest images) {
    ImageRequest checked = check.checked(images);
    Job job = waiting.end(ctx, checked, running::follow);
    if (job.state() != JobState.CANCELLED) {
      Waiting.done(job);
    }
    Double strength = images.image() == null ? null : images.strength();
    List<Picture> pictures = gallery.ofJob(job.id());
    List<String> texts = pictures.stream().map(p -> Infotext.of(p.request(), strength)).toList();
    var answer = Json.object();
    ArrayNode encoded = answer.putArray("images");
    if (wanted.sendImages()) {
      for (int i = 0; i < pictures.size(); i++) {
        byte[] png = gallery.png(pictures.get(i));
        byte[] told = PngFile.withText(png, Map.of(Infotext.KEYWORD, texts.get(i)));
        encoded.add(Base64.getEncoder().encodeToString(told));
      }
    }
    answer.set("parameters", wanted.parameters());
    answer.put("info", Json.write(info(wanted, checked, pictures, texts)));
    ctx.json(answer);
  }

  private static ObjectNode info(
      GenerationBody wanted, ImageRequest request, List<Picture> pictures, List<String> texts) {
    long seed = request.seed();
    var info =
        Json.object()
            .put("prompt", request.prompt())
            .put("negative_prompt", request.negativePrompt())
            .put("seed", seed)
            .put("subseed", seed)
            .put("subseed_strength", 0)
            .put("width", pictures.isEmpty() ? 0 : pictures.get(0).width())
            .put("height", pictures.isEmpty() ? 0 : pictures.get(0).height())
            .put("sampler_name", Sampler.choice(request.scheduler()).sampler())
            .put("cfg_scale", request.guidanceScale())
            .put("steps", request.numInferenceSteps())
            .put("batch_size", wanted.batchSize())
            .put("restore_faces", false)
            .put("sd_model_name", request.model())
            .put("sd_model_hash", "")
            .put("denoising_strength", request.strength())
            .put("clip_skip", request.clipSkip() + 1)
            .put("index_of_first_image", 0)
            .put("is_using_inpainting_conditioning", false)
            .put("version", "chiaroscuro");
    var prompts = info.putArray("all_prompts");
    var negatives = info.putArray("all_negative_prompts");
    var seeds = info.putArray("all_seeds");
    var subseeds = info.putArray("all_subseeds");
    var infotexts = info.putArray("infotexts");
    for (int i = 0; i < pictures.size(); i++) {
      prompts.add(request.prompt());
      negatives.add(request.negativePrompt());
      seeds.add(pictures.get(i).request().seed());
      subseeds.add(pictures.get(i).request().seed());
      infotexts.add(texts.get(i));
    }
    info.putArray("styles");
    info.putObject("extra_generation_params");
    return info;
  }

  private void progress(Context ctx) {
    boolean withImage = !"true".equalsIgnoreCase(ctx.queryParam("skip_current_image"));
    ctx.json(running.progress(withImage));
  }

  private void interrupt(Context ctx) {
    running.interrupt();
    ctx.contentType("application/json").result("{}");
  }
}
