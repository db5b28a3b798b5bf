package io.chiaroscuro.server.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.http.EventStream;
import io.chiaroscuro.server.http.RequestCheck;
import io.chiaroscuro.server.http.Waiting;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.model.ModelCatalog;
import io.chiaroscuro.server.store.Gallery;
import io.chiaroscuro.server.store.Picture;
import io.chiaroscuro.server.upload.Uploads;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Pictures from a prompt, and from a picture. */
public final class ImagesRoutes {

  private final ModelCatalog catalog;
  private final RequestCheck check;
  private final JobQueue queue;
  private final EventStream events;
  private final Gallery gallery;
  private final Uploads uploads;
  private final Body body;
  private final RequestFields fields;
  private final Waiting waiting;
  private final SignedLinks links;

  public ImagesRoutes(
      ModelCatalog catalog,
      RequestCheck check,
      JobQueue queue,
      EventStream events,
      Gallery gallery,
      Uploads uploads,
      Body body) {
    this.catalog = catalog;
    this.check = check;
    this.queue = queue;
    this.events = events;
    this.gallery = gallery;
    this.uploads = uploads;
    this.body = body;
    this.fields = new RequestFields(body);
    this.waiting = new Waiting(queue);
    this.links = new SignedLinks(gallery);
  }

  void addTo(RoutesConfig routes) {
    routes.post("/v1/images/generations", this::generate);
    routes.post("/v1/images/edits", this::edit);
    links.addTo(routes);
  }

  private void generate(Context ctx) {
    ImagesRequest request = fields.ofJson(ctx);
    answer(ctx, request, request.asImages(), "image_generation");
  }

  private void edit(Context ctx) {
    ImagesRequest request = fields.ofForm(ctx);
    byte[] image = image(ctx);
    byte[] mask = mask(ctx, image).orElse(null);
    answer(ctx, request, request.asImages(image, mask), "image_edit");
  }

  /** Clients that could send several send one, too, as the first of a list. */
  private byte[] image(Context ctx) {
    List<Body.File> images = new ArrayList<>(body.filesIfAny(ctx, "image[]"));
    images.addAll(images.isEmpty() ? body.files(ctx, "image") : body.filesIfAny(ctx, "image"));
    if (images.size() != 1) {
      throw new RefusedException(
          "image", "There are %d images, but one is edited; send one.".formatted(images.size()));
    }
    return images.get(0).bytes();
  }

  /** What the mask hides is painted anew, or, without a mask, what the image hides. */
  private Optional<byte[]> mask(Context ctx, byte[] image) {
    List<Body.File> given = body.filesIfAny(ctx, "mask");
    ImageSize size = uploads.size(image, "image");
    if (given.isEmpty()) {
      return uploads.decode(image, "image", () -> Transparency.mask(image, "image"));
    }
    byte[] mask = given.get(0).bytes();
    ImageSize masked = uploads.size(mask, "mask");
    if (!masked.equals(size)) {
      throw new RefusedException(
          "mask",
          "The mask has %s pixels, but the image %s; make it as large.".formatted(masked, size));
    }
    Optional<byte[]> hidden = uploads.decode(mask, "mask", () -> Transparency.mask(mask, "mask"));
    return Optional.of(
        hidden.orElseThrow(
            () ->
                new RefusedException(
                    "mask",
                    "The mask hides nothing; make a PNG transparent where it is to be painted.")));
  }

  private void answer(Context ctx, ImagesRequest wanted, ImageRequest images, String event) {
    ModelRoutes.named(catalog, images.model());
    ImageRequest checked = check.checked(images);
    if (wanted.isStreamed()) {
      Job job = queue.submit(checked);
      events.serve(ctx, job.id(), new StreamedImage(event, wanted, job.id(), gallery)::message);
      return;
    }
    Job job = waiting.run(ctx, checked);
    var answer = Json.object().put("created", Instant.now().getEpochSecond());
    var data = answer.putArray("data");
    gallery.ofJob(job.id()).forEach(picture -> data.add(datum(ctx, wanted, picture)));
    ctx.json(answer);
  }

  private ObjectNode datum(Context ctx, ImagesRequest wanted, Picture picture) {
    var datum = Json.object();
    if (wanted.wantsUrls()) {
      datum.put("url", links.to(picture, ctx));
    } else {
      datum.put("b64_json", Base64.getEncoder().encodeToString(gallery.png(picture)));
    }
    return datum.put("seed", picture.request().seed());
  }
}
