package io.chiaroscuro.server.http;

import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobJournal;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.model.ModelCache;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;

/** What Prometheus asks for: the queue, the jobs, the answers, the memory. */
public final class Metrics implements AutoCloseable {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  public Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    Gauge.builder("process.resident.memory", Pointer::physicalBytes)
        .baseUnit("bytes")
        .description("All memory of the process, native memory included")
        .register(registry);
  }

  /** Counts the jobs that end while it passes them on. */
  public JobJournal counting(JobJournal journal) {
    return new JobJournal() {
      @Override
      public void write(Job job) {
        journal.write(job);
        if (job.state().isEnd()) {
          count(job);
        }
      }

      @Override
      public Optional<Job> find(String id) {
        return journal.find(id);
      }
    };
  }

  private void count(Job job) {
    Timer timer =
        Timer.builder("chiaroscuro.jobs")
            .description("Jobs that ended, and how long they ran")
            .tag("kind", job.request().kind().name().toLowerCase(Locale.ROOT))
            .tag("state", job.state().toString())
            .register(registry);
    timer.record(
        job.started() == null ? Duration.ZERO : Duration.between(job.started(), job.finished()));
  }

  /** Looks at these whenever it is asked. */
  public void watch(JobQueue queue, ModelCache models) {
    Gauge.builder("chiaroscuro.jobs.waiting", queue, JobQueue::waiting).register(registry);
    Gauge.builder("chiaroscuro.jobs.running", queue, JobQueue::running).register(registry);
    Gauge.builder("chiaroscuro.models.loaded", models, ModelCache::size).register(registry);
  }

  /** Counts an answer; by its route, since paths with ids have no end. */
  public void answered(Context ctx, float millis) {
    Timer.builder("chiaroscuro.http")
        .description("Answers, and how long they took")
        .tag("method", ctx.method().name())
        .tag("route", route(ctx))
        .tag("status", String.valueOf(ctx.statusCode()))
        .register(registry)
        .record(Duration.ofNanos((long) (millis * 1e6)));
  }

  private static String route(Context ctx) {
    var endpoint = ctx.endpoints().lastHttpEndpoint();
    return endpoint == null ? "none" : endpoint.path;
  }

  /** Adds {@code /metrics}. */
  public void addTo(RoutesConfig routes) {
    routes.get(
        "/metrics", ctx -> ctx.contentType("text/plain; version=0.0.4").result(registry.scrape()));
  }

  @Override
  public void close() {
    registry.close();
  }
}
