package io.chiaroscuro.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.server.http.Problem;
import io.chiaroscuro.server.json.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Training runs to be watched: folders with {@code metrics.jsonl} and {@code samples}. */
public final class TrainingRoutes {

  private static final String METRICS = "metrics.jsonl";
  private static final Pattern SAMPLE = Pattern.compile("step-(\\d{1,12})\\.png");

  /** More points than a chart has pixels are thinned out. */
  private static final int MOST_POINTS = 2000;

  private final Optional<Path> folder;

  /**
   * @param folder of the runs, a folder each; read only
   */
  public TrainingRoutes(Optional<Path> folder) {
    this.folder = folder;
  }

  public void addTo(RoutesConfig routes) {
    routes.get("/api/training/runs", this::list);
    routes.get("/api/training/runs/{name}", this::run);
    routes.get("/api/training/runs/{name}/samples/{step}", this::sample);
  }

  private void list(Context ctx) {
    ArrayNode runs = Json.object().putArray("runs");
    for (Path run : runs()) {
      List<JsonNode> metrics = metrics(run);
      ObjectNode facts = runs.addObject().put("name", run.getFileName().toString());
      facts.put("samples", samples(run).size());
      if (!metrics.isEmpty()) {
        facts.set("last", metrics.get(metrics.size() - 1));
      }
    }
    ctx.json(Map.of("runs", runs));
  }

  private void run(Context ctx) {
    Path run = find(ctx);
    String name = run.getFileName().toString();
    ObjectNode facts = Json.object().put("name", name);
    List<JsonNode> metrics = metrics(run);
    int stride = Math.max(1, (metrics.size() + MOST_POINTS - 1) / MOST_POINTS);
    ArrayNode points = facts.putArray("metrics");
    for (int i = 0; i < metrics.size(); i += stride) {
      points.add(metrics.get(i));
    }
    ArrayNode samples = facts.putArray("samples");
    for (Path sample : samples(run)) {
      long step = step(sample);
      samples
          .addObject()
          .put("step", step)
          .put("png", "/api/training/runs/%s/samples/%d".formatted(Query.encoded(name), step));
    }
    ctx.json(facts);
  }

  private void sample(Context ctx) {
    String step = ctx.pathParam("step");
    Path file =
        samples(find(ctx)).stream()
            .filter(sample -> String.valueOf(step(sample)).equals(step))
            .findFirst()
            .orElseThrow(() -> Problem.notFound("There is no sample of this step."));
    try {
      ctx.contentType("image/png").result(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is asked for is looked up among the names there are; it never becomes a path. */
  private Path find(Context ctx) {
    return runs().stream()
        .filter(run -> run.getFileName().toString().equals(ctx.pathParam("name")))
        .findFirst()
        .orElseThrow(() -> Problem.notFound("There is no run of this name."));
  }

  private List<Path> runs() {
    return folder.map(TrainingRoutes::list).orElse(List.of()).stream()
        .filter(run -> Files.isRegularFile(run.resolve(METRICS)))
        .sorted()
        .toList();
  }

  private static List<Path> samples(Path run) {
    return list(run.resolve("samples")).stream()
        .filter(file -> SAMPLE.matcher(file.getFileName().toString()).matches())
        .sorted()
        .toList();
  }

  private static long step(Path sample) {
    Matcher name = SAMPLE.matcher(sample.getFileName().toString());
    if (!name.matches()) {
      throw new IllegalArgumentException(sample + " is no sample.");
    }
    return Long.parseLong(name.group(1));
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A run that goes on may have written half of its last line. */
  private static List<JsonNode> metrics(Path run) {
    List<JsonNode> metrics = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(run.resolve(METRICS))) {
        metrics.add(Json.read(line, ObjectNode.class));
      }
    } catch (InvalidInputException e) {
      return metrics;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return metrics;
  }
}
