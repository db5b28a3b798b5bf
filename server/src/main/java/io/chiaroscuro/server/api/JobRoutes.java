package io.chiaroscuro.server.api;

import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.http.EventStream;
import io.chiaroscuro.server.http.EventStream.Message;
import io.chiaroscuro.server.http.Problem;
import io.chiaroscuro.server.http.RequestCheck;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobEvent;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.json.DataUrl;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.store.Gallery;
import io.chiaroscuro.server.store.JobRecords;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** Jobs: submitted, looked at, watched, cancelled. */
public final class JobRoutes {

  private static final int MOST_LISTED = 200;

  private final JobQueue queue;
  private final JobRecords records;
  private final Gallery gallery;
  private final RequestCheck check;
  private final EventStream events;
  private final Body body;

  public JobRoutes(
      JobQueue queue,
      JobRecords records,
      Gallery gallery,
      RequestCheck check,
      EventStream events,
      Body body) {
    this.queue = queue;
    this.records = records;
    this.gallery = gallery;
    this.check = check;
    this.events = events;
    this.body = body;
  }

  public void addTo(RoutesConfig routes) {
    routes.post("/api/jobs", this::submit);
    routes.get("/api/jobs", this::list);
    routes.get("/api/jobs/{id}", ctx -> ctx.json(JobView.of(find(ctx))));
    routes.delete("/api/jobs/{id}", this::cancel);
    routes.get("/api/jobs/{id}/events", this::watch);
  }

  private void submit(Context ctx) {
    ImageRequest request = check.checked(body.json(ctx, ImageRequest.class));
    ctx.status(202);
    ctx.json(JobView.of(queue.submit(request)));
  }

  private void list(Context ctx) {
    int limit = Query.number(ctx, "limit", 50, 1, MOST_LISTED);
    List<JobView> jobs =
        records.latest(limit).stream()
            .map(job -> JobView.of(queue.find(job.id()).orElse(job)))
            .toList();
    ctx.json(Map.of("jobs", jobs));
  }

  private void cancel(Context ctx) {
    Job job = find(ctx);
    queue.cancel(job.id());
    ctx.json(JobView.of(find(ctx)));
  }

  private void watch(Context ctx) {
    String id = ctx.pathParam("id");
    events.serve(ctx, id, event -> message(id, event));
  }

  private Message message(String id, JobEvent event) {
    if (event instanceof JobEvent.Queued queued) {
      return new Message("queued", Json.object().put("position", queued.position()));
    }
    if (event instanceof JobEvent.Step step) {
      var data = Json.object().put("step", step.step()).put("total", step.total());
      if (step.preview() != null) {
        data.put("preview", DataUrl.png(step.preview()));
      }
      return new Message("step", data);
    }
    if (event instanceof JobEvent.Failed failed) {
      return new Message("failed", Json.object().put("message", failed.message()));
    }
    if (event instanceof JobEvent.Cancelled) {
      return new Message("cancelled", Json.object());
    }
    JobView job = JobView.of(queue.find(id).orElseThrow());
    var data = Json.object();
    data.set("pictures", Json.tree(gallery.ofJob(id).stream().map(PictureView::of).toList()));
    if (job.statistics() != null) {
      data.put("statistics", job.statistics());
    }
    return new Message("done", data);
  }

  private Job find(Context ctx) {
    String id = ctx.pathParam("id");
    return queue.find(id).orElseThrow(() -> Problem.notFound("There is no job of this id."));
  }
}
