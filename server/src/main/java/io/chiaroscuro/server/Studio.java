package io.chiaroscuro.server;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.server.api.Api;
import io.chiaroscuro.server.api.ExploreRoutes;
import io.chiaroscuro.server.api.InfoRoutes;
import io.chiaroscuro.server.api.JobRoutes;
import io.chiaroscuro.server.api.LightRoutes;
import io.chiaroscuro.server.api.OpenApiDocument;
import io.chiaroscuro.server.api.PictureRoutes;
import io.chiaroscuro.server.api.StatisticsRoutes;
import io.chiaroscuro.server.api.TrainingRoutes;
import io.chiaroscuro.server.automatic1111.Automatic1111;
import io.chiaroscuro.server.automatic1111.GenerationRoutes;
import io.chiaroscuro.server.automatic1111.OptionRoutes;
import io.chiaroscuro.server.automatic1111.PngInfoRoute;
import io.chiaroscuro.server.http.AccessLog;
import io.chiaroscuro.server.http.AccessRules;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.http.Door;
import io.chiaroscuro.server.http.EventStream;
import io.chiaroscuro.server.http.Health;
import io.chiaroscuro.server.http.JavalinJson;
import io.chiaroscuro.server.http.JettyErrors;
import io.chiaroscuro.server.http.Metrics;
import io.chiaroscuro.server.http.Problems;
import io.chiaroscuro.server.http.RequestCheck;
import io.chiaroscuro.server.http.SecurityHeaders;
import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.server.job.StatisticsBuild;
import io.chiaroscuro.server.light.StatisticsShelf;
import io.chiaroscuro.server.model.ModelCache;
import io.chiaroscuro.server.model.ModelCatalog;
import io.chiaroscuro.server.openai.ImagesRoutes;
import io.chiaroscuro.server.openai.ModelRoutes;
import io.chiaroscuro.server.openai.OpenAi;
import io.chiaroscuro.server.render.Renderer;
import io.chiaroscuro.server.store.Database;
import io.chiaroscuro.server.store.Gallery;
import io.chiaroscuro.server.store.JobRecords;
import io.chiaroscuro.server.upload.StatisticsBuilder;
import io.chiaroscuro.server.upload.UploadFolders;
import io.chiaroscuro.server.upload.Uploads;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.SizeUnit;
import io.javalin.util.JavalinBindException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The server: a queue of jobs on one thread that computes, doors to it over HTTP, and a memory on
 * disk.
 */
public final class Studio implements AutoCloseable {

  /** Each client that watches a job or waits for one holds a thread, which sleeps. */
  private static final int MAX_THREADS = 600;

  private final StudioConfig config;
  private final Database database;
  private final ModelCatalog catalog;
  private final ModelCache cache;
  private final StatisticsShelf shelf;
  private final UploadFolders folders;
  private final Uploads uploads;
  private final Gallery gallery;
  private final JobRecords records;
  private final JobQueue queue;
  private final EventStream events;
  private final Metrics metrics = new Metrics();
  private final Javalin server;

  private Studio(StudioConfig config, Database database) {
    this.config = config;
    this.database = database;
    var embedded = EmbeddedModel.ofThisBuild();
    Path data = config.dataFolder();
    catalog = new ModelCatalog(config.models());
    shelf =
        new StatisticsShelf(
            data.resolve("statistics"),
            Map.of(embedded.checkpoint().getFileName().toString(), embedded.leak()));
    folders = new UploadFolders(data.resolve("uploads"));
    uploads = new Uploads(config.limits());
    gallery = new Gallery(database, data.resolve("pictures"));
    records = new JobRecords(database);
    cache = new ModelCache(catalog, config.device(), config.dtype(), config.modelsInMemory());
    var work =
        new StudioWork(cache, new Renderer(shelf), gallery, new StatisticsBuilder(folders, shelf));
    queue = new JobQueue(config.queueLength(), work, metrics.counting(records));
    metrics.watch(queue, cache);
    events = new EventStream(queue);
    server = Javalin.create(javalin -> configure(javalin, doors()));
    recover();
  }

  /** Jobs that waited when an earlier run of the server ended wait again, with their pictures. */
  private void recover() {
    List<Job> waiting = records.recover();
    folders.keepOnly(
        waiting.stream()
            .map(Job::request)
            .filter(StatisticsBuild.class::isInstance)
            .map(request -> ((StatisticsBuild) request).upload())
            .collect(Collectors.toSet()));
    waiting.forEach(queue::resume);
  }

  private List<Door> doors() {
    Limits limits = config.limits();
    var check = new RequestCheck(catalog, shelf, uploads, limits);
    var body = new Body(limits.maxBodyBytes());
    var options = new OptionRoutes(catalog, body);
    return List.of(
        new Api(
            List.of(
                new InfoRoutes(info(), catalog, cache)::addTo,
                new JobRoutes(queue, records, gallery, check, events, body)::addTo,
                new PictureRoutes(gallery, body)::addTo,
                new StatisticsRoutes(shelf, folders, uploads, catalog, cache, queue, limits, body)
                    ::addTo,
                new LightRoutes(shelf, cache, queue, check, uploads, body)::addTo,
                new ExploreRoutes(catalog, queue, check, uploads, limits, body)::addTo,
                new TrainingRoutes(config.runsFolder())::addTo)),
        new OpenAi(
            new ImagesRoutes(catalog, check, queue, events, gallery, uploads, body),
            new ModelRoutes(catalog)),
        new Automatic1111(
            new GenerationRoutes(check, queue, gallery, uploads, body, options),
            options,
            new PngInfoRoute(body)));
  }

  /**
   * Starts it.
   *
   * @throws InvalidInputException if a model is damaged, the data folder is in use, or the port is
   */
  public static Studio start(StudioConfig config) {
    Database database = new Database(config.dataFolder());
    Studio studio;
    try {
      studio = new Studio(config, database);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    studio.listen();
    return studio;
  }

  private void listen() {
    try {
      queue.start();
      server.start(config.host(), config.port());
    } catch (JavalinBindException e) {
      close();
      throw new InvalidInputException(
          "Port %d on %s is taken; choose another.".formatted(config.port(), config.host()), e);
    }
  }

  private void configure(JavalinConfig javalin, List<Door> doors) {
    javalin.startup.showJavalinBanner = false;
    javalin.startup.showOldJavalinVersionWarning = false;
    javalin.http.maxRequestSize = config.limits().maxBodyBytes();
    javalin.http.prefer405over404 = true;
    javalin.jetty.threadPool = new QueuedThreadPool(MAX_THREADS);
    javalin.jetty.multipartConfig.maxTotalRequestSize(
        config.limits().maxBodyBytes(), SizeUnit.BYTES);
    javalin.jetty.multipartConfig.maxFileSize(config.limits().maxBodyBytes(), SizeUnit.BYTES);
    javalin.jetty.modifyServer(jetty -> jetty.setErrorHandler(new JettyErrors()));
    javalin.jsonMapper(new JavalinJson());
    javalin.requestLogger.http(
        (ctx, millis) -> {
          AccessLog.write(ctx, millis);
          metrics.answered(ctx, millis);
        });
    SecurityHeaders.addTo(javalin.routes);
    List<String> guarded =
        Stream.concat(doors.stream().map(Door::prefix), Stream.of("/metrics")).toList();
    new AccessRules(config.apiKey(), guarded).addTo(javalin.routes);
    new Health(queue).addTo(javalin.routes);
    metrics.addTo(javalin.routes);
    new OpenApiDocument().addTo(javalin.routes);
    doors.forEach(door -> door.addTo(javalin.routes));
    new Problems(doors).addTo(javalin.routes);
  }

  private InfoRoutes.Info info() {
    return new InfoRoutes.Info(
        version(),
        config.device().toString(),
        config.dtype().toString(),
        config.queueLength(),
        config.apiKey().isPresent(),
        config.limits());
  }

  private static String version() {
    String version = Studio.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** All that can be asked, as {@code GET /api/info}. */
  Set<String> routes() {
    return server.unsafe.internalRouter.allHttpHandlers().stream()
        .map(handler -> handler.endpoint)
        .filter(endpoint -> endpoint.method.isHttpMethod())
        .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Where it listens. */
  public int port() {
    return server.port();
  }

  /** Where a browser finds it. */
  public String url() {
    String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return "http://%s:%d/".formatted(host, port());
  }

  /**
   * Takes no more jobs, lets the running one finish within the configured time, and closes
   * everything. Jobs that wait are there again at the next start.
   */
  @Override
  public void close() {
    queue.drain(config.grace());
    events.close();
    server.stop();
    uploads.close();
    metrics.close();
    cache.close();
    database.close();
  }
}
