package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.server.Client.Answer;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients at once: some follow their job, some ask how far it is, some cancel it, some go
 * away. None is lost and none gets a wrong picture, while the queue stays bounded and the memory
 * flat. {@code -Dchiaroscuro.load.minutes=10} makes it last, {@code -Dchiaroscuro.load.clients} has
 * more come.
 */
class ManyClientsTest {

  private static final Duration LASTS =
      Duration.ofMinutes(Integer.getInteger("chiaroscuro.load.minutes", 0));
  private static final long SECONDS = LASTS.isZero() ? 20 : LASTS.toSeconds();
  private static final int CLIENTS = Integer.getInteger("chiaroscuro.load.clients", 200);

  private static final int QUEUE = 24;
  private static final long SAMPLE_MILLIS = 250;
  private static final long MEMORY_MAY_GROW = 48L << 20;

  /** A request holds one thread, and when all clients ask at once, there is one for each. */
  private static final int MOST_THREADS = CLIENTS + 64;

  private static final List<String> PROMPTS =
      List.of("a cat", "a tree at night", "ein Vogel, grün");
  private static final int SEEDS = 12;

  /** What was submitted, and the digest of the PNG file by what it was asked by. */
  private final Map<String, String> submitted = new ConcurrentHashMap<>();

  private final Map<String, String> pictures = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  /** What a picture was asked by. */
  private record Wish(String prompt, int seed, int steps) {
    static Wish any(SplittableRandom random) {
      return new Wish(
          PROMPTS.get(random.nextInt(PROMPTS.size())), random.nextInt(SEEDS), random.nextInt(1, 3));
    }

    String json() {
      return """
          {"prompt": "%s", "seed": %d, "num_inference_steps": %d, "width": 32, "height": 32}"""
          .formatted(prompt, seed, steps);
    }
  }

  /** How the server fares at a moment. */
  private record Sample(double resident, double threads, double waiting) {}

  @Test
  void noneIsLostAndNoneIsWrong(@TempDir Path folder) throws Exception {
    try (var studio = StudioProcess.start(folder, QUEUE)) {
      Client client = studio.client();
      assertThat(client.finish(new Wish("a cat", 0, 1).json()).get("state").asText())
          .isEqualTo("done");

      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      var threads = Executors.newFixedThreadPool(CLIENTS);
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        var random = new SplittableRandom(i);
        clients.add(
            threads.submit(
                () -> {
                  while (System.nanoTime() < end) {
                    ask(client, Wish.any(random), random);
                  }
                  return null;
                }));
      }
      List<Sample> samples = sample(studio, end);
      for (Future<?> each : clients) {
        requireWell(each);
      }
      threads.shutdown();
      awaitEmpty(studio);

      System.out.printf("clients %d, seconds %d, %s%n", CLIENTS, SECONDS, counts);
      requireAllEnded(client);
      requireFlat(samples);
      assertThat(samples).allMatch(sample -> sample.waiting() <= QUEUE);
      assertThat(counts).containsKeys("done", "refused");
      assertThat(studio.isAlive()).isTrue();
      assertThat(client.get("/health/live").status()).isEqualTo(200);
    }
  }

  private static void requireWell(Future<?> client) throws InterruptedException {
    try {
      client.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /** One job, from its submission, however often that is refused, to what this client does then. */
  private void ask(Client client, Wish wish, SplittableRandom random) throws Exception {
    Answer answer = client.post("/api/jobs", wish.json());
    if (answer.status() == 429) {
      count("refused");
      long seconds =
          Long.parseLong(answer.response().headers().firstValue("Retry-After").orElseThrow());
      assertThat(seconds).isBetween(1L, 600L);
      TimeUnit.SECONDS.sleep(seconds);
      return;
    }
    assertThat(answer.status()).as(new String(answer.body())).isEqualTo(202);
    JsonNode job = answer.json();
    assertThat(job.get("position").asInt()).isBetween(0, QUEUE);
    String id = job.get("id").asText();
    assertThat(submitted.put(id, "")).as("a job of the same id").isNull();
    switch (random.nextInt(10)) {
      case 0 -> {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(500));
        client.delete("/api/jobs/" + id);
        count("cancelling");
      }
      case 1 -> {
        try (InputStream events = client.watch(id)) {
          assertThat(events.read()).isEqualTo('e');
        }
        count("going away");
      }
      case 2 -> {
        while (!isEnded(client, id)) {
          TimeUnit.MILLISECONDS.sleep(200);
        }
        requirePicture(client, id, wish);
      }
      default -> {
        List<Client.Event> events = client.events(id);
        assertThat(events.get(events.size() - 1).name()).isEqualTo("done");
        requirePicture(client, id, wish);
      }
    }
  }

  private static boolean isEnded(Client client, String id) {
    String state = client.get("/api/jobs/" + id).json().get("state").asText();
    return !state.equals("queued") && !state.equals("running");
  }

  /** The picture is of what was asked, says so itself, and is as it was before. */
  private void requirePicture(Client client, String id, Wish wish) {
    JsonNode job = client.get("/api/jobs/" + id).json();
    assertThat(job.get("state").asText()).as(job.path("error").asText()).isEqualTo("done");
    String picture = job.at("/pictures/0").asText();
    JsonNode pictureRecord = client.get("/api/pictures/" + picture).json();
    assertThat(pictureRecord.at("/request/prompt").asText()).isEqualTo(wish.prompt());
    assertThat(pictureRecord.get("seed").asInt()).isEqualTo(wish.seed());
    byte[] png = client.get("/api/pictures/" + picture + "/png").body();
    assertThat(PngFile.readText(png, picture))
        .containsEntry("prompt", wish.prompt())
        .containsEntry("seed", String.valueOf(wish.seed()));
    String digest = digest(png);
    assertThat(pictures.computeIfAbsent(wish.json(), w -> digest)).isEqualTo(digest);
    count("done");
  }

  private List<Sample> sample(StudioProcess studio, long end) throws InterruptedException {
    List<Sample> samples = new ArrayList<>();
    while (System.nanoTime() < end) {
      samples.add(
          new Sample(
              studio.metric("process_resident_memory_bytes"),
              studio.metric("jvm_threads_live_threads"),
              studio.metric("chiaroscuro_jobs_waiting")));
      TimeUnit.MILLISECONDS.sleep(SAMPLE_MILLIS);
    }
    return samples;
  }

  private static void awaitEmpty(StudioProcess studio) throws InterruptedException {
    while (studio.metric("chiaroscuro_jobs_waiting") + studio.metric("chiaroscuro_jobs_running")
        > 0) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** Also those whose clients did not wait. */
  private void requireAllEnded(Client client) {
    Map<String, Integer> states = new ConcurrentHashMap<>();
    for (String id : submitted.keySet()) {
      JsonNode job = client.get("/api/jobs/" + id).json();
      String state = job.get("state").asText();
      states.merge(state, 1, Integer::sum);
      assertThat(state).as(job.toString()).isIn("done", "cancelled");
    }
    System.out.println("jobs by state: " + states);
  }

  /** After the first quarter, in which what is needed once is loaded. */
  private static void requireFlat(List<Sample> samples) {
    List<Sample> steady = samples.subList(samples.size() / 4, samples.size());
    int third = steady.size() / 3;
    Sample first = highest(steady.subList(0, third));
    Sample last = highest(steady.subList(steady.size() - third, steady.size()));
    System.out.printf(
        "resident MiB %.0f, then %.0f; threads %.0f, then %.0f; most waiting %.0f%n",
        first.resident() / (1 << 20),
        last.resident() / (1 << 20),
        first.threads(),
        last.threads(),
        highest(samples).waiting());
    assertThat(last.resident() - first.resident()).isLessThan(MEMORY_MAY_GROW);
    assertThat(highest(samples).threads()).isLessThanOrEqualTo(MOST_THREADS);
  }

  private static Sample highest(List<Sample> samples) {
    return new Sample(
        samples.stream().mapToDouble(Sample::resident).max().orElseThrow(),
        samples.stream().mapToDouble(Sample::threads).max().orElseThrow(),
        samples.stream().mapToDouble(Sample::waiting).max().orElseThrow());
  }

  private void count(String what) {
    counts.computeIfAbsent(what, w -> new LongAdder()).increment();
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
