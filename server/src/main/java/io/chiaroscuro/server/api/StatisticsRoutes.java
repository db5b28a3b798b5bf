package io.chiaroscuro.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.DctPixelStatistics;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.LeakSummary;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.http.Problem;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.server.job.StatisticsBuild;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.light.LeakDirections;
import io.chiaroscuro.server.light.StatisticsShelf;
import io.chiaroscuro.server.model.ModelCache;
import io.chiaroscuro.server.model.ModelCatalog;
import io.chiaroscuro.server.render.StatisticsPictures;
import io.chiaroscuro.server.upload.UploadFolders;
import io.chiaroscuro.server.upload.Uploads;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Statistics of light: pictures are sent, statistics built, looked at, downloaded, removed. */
public final class StatisticsRoutes {

  /** Directions beyond these carry little. */
  private static final int DIRECTIONS = 12;

  private static final Pattern RESOLUTION = Pattern.compile("(\\d{1,6})x(\\d{1,6})");
  private static final List<String> FILES = List.of("stats.safetensors", "statistic_type.txt");

  private final StatisticsShelf shelf;
  private final UploadFolders folders;
  private final Uploads uploads;
  private final ModelCatalog catalog;
  private final ModelCache models;
  private final JobQueue queue;
  private final Limits limits;
  private final Body body;
  private final Map<String, ObjectNode> known = new ConcurrentHashMap<>();

  public StatisticsRoutes(
      StatisticsShelf shelf,
      UploadFolders folders,
      Uploads uploads,
      ModelCatalog catalog,
      ModelCache models,
      JobQueue queue,
      Limits limits,
      Body body) {
    this.shelf = shelf;
    this.folders = folders;
    this.uploads = uploads;
    this.catalog = catalog;
    this.models = models;
    this.queue = queue;
    this.limits = limits;
    this.body = body;
  }

  public void addTo(RoutesConfig routes) {
    routes.post("/api/uploads", this::upload);
    routes.post("/api/statistics", this::build);
    routes.get("/api/statistics", this::list);
    routes.get("/api/statistics/{name}", ctx -> ctx.json(facts(Set.of(name(ctx))).get(0)));
    routes.get("/api/statistics/{name}/mean", ctx -> png(ctx, StatisticsPictures::mean));
    routes.get("/api/statistics/{name}/variance", ctx -> png(ctx, StatisticsPictures::variance));
    routes.get("/api/statistics/{name}/samples", this::samples);
    routes.get("/api/statistics/{name}/directions", this::along);
    routes.get("/api/statistics/{name}/download", this::download);
    routes.delete("/api/statistics/{name}", this::remove);
  }

  /** As many requests as are needed, each with pictures that fit into one. */
  private void upload(Context ctx) {
    String id = ctx.queryParam("upload");
    if (id != null) {
      folders.files(id);
    }
    String heap = keep(ctx, id == null ? folders.create() : id);
    ctx.status(201);
    ctx.json(Json.object().put("upload", heap).put("pictures", folders.files(heap).size()));
  }

  private String keep(Context ctx, String heap) {
    List<Body.File> files = body.files(ctx, "images");
    int already = folders.has(heap) ? folders.files(heap).size() : 0;
    if (already + files.size() > limits.maxUploads()) {
      throw new RefusedException(
          "images", "More than %d pictures are not taken.".formatted(limits.maxUploads()));
    }
    files.forEach(file -> uploads.size(file.bytes(), file.name()));
    files.forEach(file -> folders.add(heap, file.bytes()));
    return heap;
  }

  private void build(Context ctx) {
    ObjectNode fields = ctx.isMultipartFormData() ? form(ctx) : body.json(ctx, ObjectNode.class);
    if (!fields.path("name").isTextual()) {
      throw new RefusedException("name", "The statistics need a name; give one.");
    }
    shelf.reserve(fields.get("name").asText());
    String heap =
        ctx.isMultipartFormData() ? keep(ctx, folders.create()) : fields.path("upload").asText("");
    try {
      fields.put("upload", heap).put("pictures", folders.files(heap).size());
      StatisticsBuild build = Json.read(fields, StatisticsBuild.class);
      build.requireWithin(limits);
      catalog.facts(build.model());
      ctx.status(202);
      ctx.json(JobView.of(queue.submit(build)));
    } catch (RuntimeException e) {
      if (ctx.isMultipartFormData()) { // Nobody knows this heap's id.
        folders.remove(heap);
      }
      throw e;
    }
  }

  private ObjectNode form(Context ctx) {
    ObjectNode fields = Json.object();
    for (String name : List.of("name", "model", "statistic_type")) {
      body.field(ctx, name).ifPresent(text -> fields.put(name, text));
    }
    for (String name : List.of("resolution", "n_components")) {
      body.field(ctx, name)
          .ifPresent(text -> fields.put(name, Query.number(text, name, 1, 1 << 16)));
    }
    body.field(ctx, "center_crop")
        .ifPresent(text -> fields.put("center_crop", Boolean.parseBoolean(text)));
    return fields;
  }

  private void list(Context ctx) {
    ctx.json(Map.of("statistics", facts(shelf.names())));
  }

  /** Read on the worker, once: statistics are tensors, and never change under their name. */
  private List<ObjectNode> facts(Set<String> names) {
    List<String> unread = names.stream().filter(name -> !known.containsKey(name)).toList();
    if (!unread.isEmpty()) {
      queue.soon(
          () -> {
            for (String name : unread) {
              try (LeakStatistics statistics = shelf.read(name, "name")) {
                known.put(name, facts(name, statistics));
              }
            }
            return null;
          });
    }
    return names.stream().map(known::get).filter(Objects::nonNull).toList();
  }

  private ObjectNode facts(String name, LeakStatistics statistics) {
    LeakSummary summary = statistics.summary();
    ObjectNode facts =
        Json.object()
            .put("name", name)
            .put("built_in", shelf.isGiven(name))
            .put("statistic_type", summary.type().toString())
            .put("channels", summary.shape().channels());
    putResolution(facts, statistics);
    summary.imageCount().ifPresent(count -> facts.put("image_count", count));
    if (!summary.frequencies().isEmpty()) {
      facts.put("n_components", summary.frequencies().size());
    }
    facts.set("channel_means", Json.tree(summary.channelMeans()));
    facts.set("channel_spreads", Json.tree(summary.channelSpreads()));
    facts.set("provenance", Json.tree(statistics.provenance()));
    if (statistics instanceof DctPixelStatistics dctPixel) {
      var directions = new LeakDirections(dctPixel);
      facts.set(
          "directions",
          Json.tree(
              IntStream.range(0, Math.min(DIRECTIONS, directions.count()))
                  .mapToObj(
                      k ->
                          Json.object()
                              .put("number", k)
                              .put("deviation", Math.sqrt(directions.variance(k)))
                              .put("share", directions.share(k)))
                  .toList()));
    }
    return facts;
  }

  /** As recorded; files of others record none, and are of Stable Diffusion's scale. */
  private static void putResolution(ObjectNode facts, LeakStatistics statistics) {
    Matcher recorded = RESOLUTION.matcher(statistics.provenance().getOrDefault("resolution", ""));
    boolean isRecorded = recorded.matches();
    facts
        .put(
            "width",
            isRecorded ? Integer.parseInt(recorded.group(1)) : statistics.shape().imageWidth())
        .put(
            "height",
            isRecorded ? Integer.parseInt(recorded.group(2)) : statistics.shape().imageHeight());
  }

  private void samples(Context ctx) {
    int seed = Query.number(ctx, "seed", 0, 0, Integer.MAX_VALUE);
    png(ctx, pictures -> pictures.sample(seed));
  }

  /** {@code ?0=1.5&2=-1}: standard deviations by the direction's number. */
  private void along(Context ctx) {
    Map<Integer, Double> amounts = Query.amounts(ctx);
    png(
        ctx,
        pictures -> {
          if (!(pictures.statistics() instanceof DctPixelStatistics dctPixel)) {
            throw new RefusedException(
                "name", "Only dct+pixel statistics have directions; choose others.");
          }
          int count = new LeakDirections(dctPixel).count();
          amounts
              .keySet()
              .forEach(
                  k -> {
                    if (k >= count) {
                      throw new RefusedException(
                          String.valueOf(k),
                          "There is no direction %d; there are 0 to %d.".formatted(k, count - 1));
                    }
                  });
          return StatisticsPictures.along(dctPixel, pictures.model(), amounts);
        });
  }

  /** Decoded by the model that {@code ?model=} names, else the default one. */
  private void png(Context ctx, Function<StatisticsPictures, RgbImage> draw) {
    String name = name(ctx);
    String model = catalog.facts(ctx.queryParam("model")).name();
    RgbImage image =
        queue.soon(
            () -> {
              try (var statistics = shelf.read(name, "name");
                  var lease = models.lease(model)) {
                return draw.apply(new StatisticsPictures(statistics, lease.model()));
              }
            });
    ctx.contentType("image/png").result(PngFile.encode(image, Map.of("statistics", name)));
  }

  private void download(Context ctx) {
    String name = name(ctx);
    Path folder = shelf.find(name, "name");
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (String file : FILES) {
        zip.putNextEntry(new ZipEntry(name + "/" + file));
        Files.copy(folder.resolve(file), zip);
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new IllegalStateException("The statistics cannot be read.", e);
    }
    ctx.header("Content-Disposition", "attachment; filename=\"%s.zip\"".formatted(name));
    ctx.contentType("application/zip").result(bytes.toByteArray());
  }

  private void remove(Context ctx) {
    String name = name(ctx);
    shelf.discard(name);
    known.remove(name);
    ctx.status(204);
  }

  private String name(Context ctx) {
    String name = ctx.pathParam("name");
    if (!shelf.has(name)) {
      throw Problem.notFound("There are no statistics of this name.");
    }
    return name;
  }
}
