package io.chiaroscuro.server.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.server.http.EventStream.Message;
import io.chiaroscuro.server.http.Problem;
import io.chiaroscuro.server.job.JobEvent;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.store.Gallery;
import io.chiaroscuro.server.store.Picture;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/** The events of a job as OpenAI streams an image: some that are not finished, then it. */
final class StreamedImage {

  private final String name;
  private final int partialImages;
  private final String job;
  private final Gallery gallery;
  private int sent;

  /**
   * @param name of the events: {@code image_generation} or {@code image_edit}
   */
  StreamedImage(String name, ImagesRequest wanted, String job, Gallery gallery) {
    this.name = name;
    this.partialImages = wanted.partialImages() == null ? 0 : wanted.partialImages();
    this.job = job;
    this.gallery = gallery;
  }

  /** What is sent of an event; null if nothing is. */
  Message message(JobEvent event) {
    if (event instanceof JobEvent.Step step) {
      return isPartialDue(step) ? partial(step.preview()) : null;
    }
    if (event instanceof JobEvent.Done) {
      return completed();
    }
    if (event instanceof JobEvent.Failed failed) {
      return error(new Problem(422, failed.message()));
    }
    if (event instanceof JobEvent.Cancelled) {
      return error(new Problem(422, "Somebody cancelled this; ask again."));
    }
    return null;
  }

  /** They are spread over the steps. */
  private boolean isPartialDue(JobEvent.Step step) {
    return step.preview() != null
        && sent < partialImages
        && step.step() * (partialImages + 1) >= step.total() * (sent + 1);
  }

  private Message partial(byte[] preview) {
    ObjectNode data = data("partial_image", preview).put("partial_image_index", sent);
    sent++;
    return new Message(name + ".partial_image", data);
  }

  private Message completed() {
    List<Picture> pictures = gallery.ofJob(job);
    if (pictures.isEmpty()) {
      return error(new Problem(404, "This picture is no longer in the gallery."));
    }
    Picture picture = pictures.get(0);
    ObjectNode data = data("completed", gallery.png(picture)).put("seed", picture.request().seed());
    data.putObject("usage")
        .put("input_tokens", 0)
        .put("output_tokens", 0)
        .put("total_tokens", 0)
        .putObject("input_tokens_details")
        .put("image_tokens", 0)
        .put("text_tokens", 0);
    return new Message(name + ".completed", data);
  }

  private ObjectNode data(String kind, byte[] png) {
    return Json.object()
        .put("type", name + "." + kind)
        .put("b64_json", Base64.getEncoder().encodeToString(png))
        .put("created_at", Instant.now().getEpochSecond())
        .put("size", "auto")
        .put("quality", "auto")
        .put("background", "opaque")
        .put("output_format", "png");
  }

  private static Message error(Problem problem) {
    return new Message("error", OpenAi.errorBody(problem));
  }
}
