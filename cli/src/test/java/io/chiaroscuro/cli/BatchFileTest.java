package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code generate --prompts}: many pictures from a file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchFileTest {

  private static final Duration PATIENCE = Duration.ofSeconds(300);

  private Sandbox sandbox;
  private Path folder;
  private Path out;

  @BeforeAll
  void create(@TempDir Path shared) throws IOException {
    sandbox = Sandbox.create(shared);
  }

  @BeforeEach
  void nameTheOutput(@TempDir Path folder) {
    this.folder = folder;
    this.out = folder.resolve("out");
  }

  private Object[] arguments(Path output, String... options) {
    List<Object> words = new ArrayList<>(List.of("generate", "--model=" + sandbox.path("model")));
    words.add("--output-dir=" + output);
    words.addAll(List.of(options));
    return words.toArray();
  }

  private String prompts(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, String.join("\n", lines));
    return "--prompts=" + file;
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static List<JsonNode> results(Path folder) throws IOException {
    List<JsonNode> results = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("results.jsonl"))) {
      results.add(new JsonMapper().readTree(line));
    }
    return results;
  }

  private static byte[] pixels(Path file) {
    return ImageDecoder.decode(file).rgb();
  }

  /** Rows of several kinds, among them two that can be made together and one with a leak. */
  private String severalKinds() throws IOException {
    return prompts(
        "prompts.jsonl",
        "{\"prompt\": \"a (dark:1.3) night\", \"seed\": 3, \"output_name\": \"night\"}",
        "",
        "{\"prompt\": \"a bright day\", \"negative_prompt\": \"rain\", \"steps\": 3, \"output_name\": \"day.png\"}",
        "{\"prompt\": \"fog BREAK snow\", \"count\": 2, \"seed\": 8, \"scheduler\": \"euler_ancestral\"}",
        "{\"prompt\": \"a lighthouse\", \"seed\": 4, \"output_name\": \"lighthouse\"}",
        "{\"seed\": 5, \"mean_color\": \"#101020\", \"leak_channel\": [\"0=-1\", \"1=0.5\"], \"leak_strength\": 0.5, \"output_name\": \"dark\"}",
        "{\"prompt\": \"a lake\", \"leak\": \"%s\", \"leak_only_high_frequency\": true, \"output_name\": \"lake\"}"
            .formatted(sandbox.path("leak")),
        "{\"prompt\": \"a lake\", \"width\": 64, \"height\": 72, \"guidance_scale\": 2, \"output_name\": \"small\"}");
  }

  @Test
  void eachPictureIsTheOneOfItsOwnCommand() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
                arguments(
                    out,
                    severalKinds(),
                    "--steps=2",
                    "--prompt=a house",
                    "--batch-size=3",
                    "--json"))
            .assertSuccess();
    assertThat(files(out)).hasSize(9).contains("night.png", "day.png", "results.jsonl");
    assertSame("night", 3, "--prompt=a (dark:1.3) night", "--steps=2");
    assertSame("day", 0, "--prompt=a bright day", "--negative-prompt=rain", "--steps=3");
    assertSame("lighthouse", 4, "--prompt=a lighthouse", "--steps=2");
    assertSame(
        "dark",
        5,
        "--prompt=a house",
        "--steps=2",
        "--mean-color=#101020",
        "--leak-channel=0=-1",
        "--leak-channel=1=0.5",
        "--leak-strength=0.5");
    assertSame(
        "lake",
        0,
        "--prompt=a lake",
        "--steps=2",
        "--leak=" + sandbox.path("leak"),
        "--leak-only-high-frequency");
    assertThat(ImageDecoder.decode(out.resolve("small.png")).height()).isEqualTo(72);

    List<JsonNode> results = results(out);
    assertThat(results).hasSize(8);
    assertThat(results.stream().mapToInt(r -> r.path("line").asInt()))
        .containsExactly(1, 3, 4, 4, 5, 6, 7, 8);
    assertThat(results.get(3).path("seed").asLong()).isEqualTo(9);
    assertThat(results.get(3).path("file").asText())
        .matches("fog-break-snow-seed-9-[0-9a-f]{8}.png");
    for (JsonNode result : results) {
      Path file = out.resolve(result.path("file").asText());
      assertThat(result.path("brightness").asDouble())
          .isEqualTo(Brightness.of(ImageDecoder.decode(file)).mean());
    }
    assertThat(run.json().path("pictures")).hasSize(8);
    assertThat(run.json().path("failed")).isEmpty();
    assertThat(PngFile.readText(out.resolve("night.png")))
        .containsEntry("prompt", "a (dark:1.3) night")
        .containsEntry("prompt_syntax", "weighted")
        .containsEntry("seed", "3");
  }

  /** Up to rounding, since batches are computed in another order. */
  private void assertSame(String name, long seed, String... options) {
    Path alone = folder.resolve("alone-" + name);
    CommandLineRun.of(
            Stream.concat(Stream.of(arguments(alone, options)), Stream.of("--seed=" + seed))
                .toArray())
        .assertSuccess();
    byte[] expected = pixels(alone.resolve("seed-%d.png".formatted(seed)));
    byte[] actual = pixels(out.resolve(name + ".png"));
    assertThat(actual).as(name).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i] & 0xff).as(name).isCloseTo(expected[i] & 0xff, within(1));
    }
  }

  /**
   * The command's strength is that of rows that have none, and a row's null takes its image away.
   */
  @Test
  void rowsStartFromImages() throws IOException {
    Path mask = folder.resolve("mask.png");
    byte[] rgb = new byte[3 * 160 * 140];
    Arrays.fill(rgb, 0, rgb.length / 2, (byte) 255);
    PngFile.write(mask, new RgbImage(160, 140, rgb), Map.of());
    String prompts =
        prompts(
            "prompts.jsonl",
            "{\"prompt\": \"night\", \"image\": \"%s\", \"output_name\": \"other\"}"
                .formatted(slashed(sandbox.path("photos/2.png"))),
            "{\"prompt\": \"night\", \"output_name\": \"common\"}",
            "{\"prompt\": \"day\", \"seed\": 7, \"mean_color\": \"#101020\", \"output_name\": \"lit\"}",
            "{\"prompt\": \"fog\", \"seed\": 8, \"mean_color\": \"#804020\", \"output_name\": \"warm\"}",
            "{\"prompt\": \"night\", \"mask_image\": \"%s\", \"strength\": 1, \"keep_unmasked\": true, \"output_name\": \"masked\"}"
                .formatted(slashed(mask)),
            "{\"prompt\": \"night\", \"image\": null, \"strength\": null, \"output_name\": \"none\"}");
    String image = "--image=" + sandbox.path("photos/1.png");
    String[] common = {"--steps=4", "--scheduler=euler_ancestral"};
    CommandLineRun.of(
            arguments(
                out, prompts, image, "--strength=0.5", common[0], common[1], "--batch-size=4"))
        .assertSuccess();
    String other = "--image=" + sandbox.path("photos/2.png");
    String half = "--strength=0.5";
    assertSame("other", 0, "--prompt=night", other, half, common[0], common[1]);
    assertSame("common", 0, "--prompt=night", image, half, common[0], common[1]);
    String[] lit = {"--prompt=day", image, half, "--mean-color=#101020", common[0], common[1]};
    assertSame("lit", 7, lit);
    String[] warm = {"--prompt=fog", image, half, "--mean-color=#804020", common[0], common[1]};
    assertSame("warm", 8, warm);
    assertSame(
        "masked",
        0,
        "--prompt=night",
        image,
        "--mask=" + mask,
        "--keep-unmasked",
        common[0],
        common[1]);
    assertSame("none", 0, "--prompt=night", common[0], common[1]);
    assertThat(PngFile.readText(out.resolve("masked.png")))
        .containsEntry("image", "1.png")
        .containsEntry("mask", "mask.png")
        .containsEntry("strength", "1.0")
        .containsEntry("keep_unmasked", "true");
    assertThat(PngFile.readText(out.resolve("none.png"))).doesNotContainKey("image");
  }

  private static String slashed(Path file) {
    return file.toString().replace('\\', '/');
  }

  /** Two files may have one name, and one file may be changed. */
  @Test
  void anotherImageMakesAnotherPicture() throws IOException {
    Path changed = folder.resolve("1.png");
    Files.copy(sandbox.path("photos/2.png"), changed);
    String row = "{\"prompt\": \"night\", \"image\": \"%s\"}";
    String prompts =
        prompts(
            "prompts.jsonl",
            row.formatted(slashed(sandbox.path("photos/1.png"))),
            row.formatted(slashed(changed)));
    CommandLineRun.of(arguments(out, prompts, "--steps=2")).assertSuccess();
    assertThat(files(out)).hasSize(3);
    CommandLineRun again = CommandLineRun.of(arguments(out, prompts, "--steps=2")).assertSuccess();
    assertThat(again.err()).contains("2 of 2 pictures are there already.");
    Files.copy(sandbox.path("photos/0.png"), changed, StandardCopyOption.REPLACE_EXISTING);
    CommandLineRun.of(arguments(out, prompts, "--steps=2")).assertSuccess();
    assertThat(files(out)).hasSize(4);

    String named = "{\"prompt\": \"night\", \"output_name\": \"night\"";
    String with = named + ", \"image\": \"%s\"}".formatted(slashed(changed));
    CommandLineRun.of(arguments(out, prompts("a.jsonl", with), "--steps=2")).assertSuccess();
    CommandLineRun without =
        CommandLineRun.of(arguments(out, prompts("b.jsonl", named + "}"), "--steps=2"));
    assertThat(without.exitCode()).isEqualTo(1);
    assertThat(without.err()).contains("b.jsonl, line 1: ", "night.png", "its image is '1.png'");
  }

  @Test
  void aTextFileHoldsAPromptALine() throws IOException {
    String prompts =
        prompts("prompts.txt", "\ufeffa night, 90% dark", "  ", "夜", "a night, 90% dark");
    CommandLineRun.of(arguments(out, prompts, "--steps=1", "--seed=2", "--count=2"))
        .assertSuccess();
    assertThat(results(out)).hasSize(6);
    assertThat(files(out)).hasSize(5);
    assertThat(files(out).get(0)).matches("a-night-90-dark-seed-2-[0-9a-f]{8}.png");
    assertThat(files(out).get(2)).matches("picture-seed-2-[0-9a-f]{8}.png");
    assertThat(PngFile.readText(out.resolve(files(out).get(2)))).containsEntry("prompt", "夜");
  }

  @Test
  void whatIsThereIsNotMadeAgain() throws IOException {
    String[] lines = {
      "{\"prompt\": \"a night\", \"output_name\": \"night\"}", "{\"prompt\": \"a day\"}"
    };
    CommandLineRun.of(arguments(out, prompts("a.jsonl", lines), "--steps=1")).assertSuccess();
    Map<String, FileTime> before = times();
    List<JsonNode> results = results(out);
    String more = prompts("b.jsonl", lines[0], "{\"prompt\": \"dusk\"}", lines[1]);
    CommandLineRun again =
        CommandLineRun.of(arguments(out, more, "--steps=1", "--json")).assertSuccess();
    assertThat(again.err()).contains("2 of 3 pictures are there already.");
    assertThat(again.json().path("made_before").asInt()).isEqualTo(2);
    assertThat(times()).containsAllEntriesOf(before).hasSize(3);
    assertThat(results(out)).hasSize(3).element(0).isEqualTo(results.get(0));

    CommandLineRun other = CommandLineRun.of(arguments(out, more, "--steps=2"));
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err())
        .contains("b.jsonl, line 1: ", "night.png", "num_inference_steps was '1' and is now '2'");
    assertThat(times()).hasSize(3);
  }

  private Map<String, FileTime> times() throws IOException {
    Map<String, FileTime> times = new TreeMap<>();
    for (String file : files(out)) {
      if (file.endsWith(".png")) {
        times.put(file, Files.getLastModifiedTime(out.resolve(file)));
      }
    }
    return times;
  }

  /** Its weight is finite for the grammar, but not for what is computed with it. */
  @Test
  void aBadRowDoesNotLoseTheOthers() throws IOException {
    String prompts =
        prompts(
            "prompts.jsonl",
            "{\"prompt\": \"a night\"}",
            "{\"prompt\": \"a (night:%s)\"}".formatted("9".repeat(50)),
            "{\"prompt\": \"a day\"}");
    CommandLineRun run =
        CommandLineRun.of(arguments(out, prompts, "--steps=2", "--batch-size=3", "--json"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("prompts.jsonl, line 2, seed 0: The weights in the prompt leave no finite")
        .contains("1 of 3 pictures could not be made", "prompts.jsonl, line 2);");
    assertThat(results(out)).extracting(r -> r.path("line").asInt()).containsExactly(1, 3);
    assertThat(run.json().path("failed")).hasSize(1);
    assertThat(files(out)).hasSize(3);
  }

  @Test
  void plainSyntaxSaysWhatItLeavesOut() throws IOException {
    String prompts = prompts("prompts.txt", "night ".repeat(75) + "moon");
    CommandLineRun plain =
        CommandLineRun.of(arguments(out, prompts, "--steps=1", "--prompt-syntax=plain"))
            .assertSuccess();
    assertThat(plain.err()).contains("prompts.txt, line 1: ", "left out: 'moon'");
    assertThat(CommandLineRun.of(arguments(out, prompts, "--steps=1")).assertSuccess().err())
        .doesNotContain("left out");
    assertThat(files(out)).hasSize(3);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // which has no signal that Ctrl-C sends to a child
  void killedAndStoppedByCtrlCItContinues() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      lines.add("{\"prompt\": \"night number %d\", \"seed\": %d}".formatted(i, i));
    }
    String prompts = prompts("prompts.jsonl", lines.toArray(String[]::new));
    Process killed = start(prompts);
    awaitPictures(1, killed);
    killed.destroyForcibly().waitFor();
    int afterKill = pictures();
    assertThat(afterKill).isBetween(1, 5);

    Process stopped = start(prompts);
    awaitPictures(afterKill + 1, stopped);
    new ProcessBuilder("kill", "-INT", Long.toString(stopped.pid())).start().waitFor();
    assertThat(stopped.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(stopped.exitValue()).isEqualTo(130);
    assertThat(ChildProgram.said(folder.resolve("err")))
        .contains("%d of 6 pictures are there already.".formatted(afterKill))
        .contains(
            "Stopped with %d of 6 pictures done; give the same command again to continue."
                .formatted(pictures()));
    assertThat(pictures()).isGreaterThan(afterKill).isLessThan(6);
    assertThat(results(out)).hasSize(pictures());

    CommandLineRun.of(arguments(out, prompts, "--steps=40")).assertSuccess();
    Path whole = folder.resolve("whole");
    CommandLineRun.of(arguments(whole, prompts, "--steps=40")).assertSuccess();
    assertThat(files(out)).isEqualTo(files(whole)).hasSize(7);
    for (String file : files(whole)) {
      if (file.endsWith(".png")) {
        assertThat(pixels(out.resolve(file))).isEqualTo(pixels(whole.resolve(file)));
      }
    }
    assertThat(results(out)).isEqualTo(results(whole));
  }

  private Process start(String prompts) throws IOException {
    return ChildProgram.start(folder.resolve("err"), arguments(out, prompts, "--steps=40"));
  }

  private void awaitPictures(int count, Process child) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (pictures() < count) {
      assertThat(child.isAlive()).as(ChildProgram.said(folder.resolve("err"))).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private int pictures() throws IOException {
    return Files.isDirectory(out)
        ? (int)
            files(out).stream()
                .filter(file -> file.endsWith(".png") && !file.startsWith("."))
                .count()
        : 0;
  }
}
