package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.training.openmoji.Emoji;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenMojiCommandTest {

  @TempDir Path folder;

  private Path source;

  /** A stand-in for OpenMoji: every emoji a square of its own colour. */
  @BeforeEach
  void drawOpenMoji() throws IOException {
    source = folder.resolve("source");
    for (String drawing : new String[] {"color", "black"}) {
      Path svg = source.resolve("package").resolve(drawing).resolve("svg");
      Files.createDirectories(svg);
      for (Emoji emoji : Emoji.ALL) {
        Files.writeString(
            svg.resolve(emoji.hexcode() + ".svg"),
            ("<svg viewBox='0 0 72 72' xmlns='http://www.w3.org/2000/svg'>"
                    + "<rect x='9' y='9' width='50' height='50' fill='#%06x'/></svg>")
                .formatted(emoji.hexcode().hashCode() & 0xffffff));
      }
    }
  }

  private CommandLineRun run(String output, Object... more) {
    Object[] usual = {
      "dataset",
      "openmoji",
      "--source",
      source,
      "--output-dir",
      folder.resolve(output),
      "--count=12",
      "--size=16",
      "--images=30",
      "--held-out=5"
    };
    return CommandLineRun.of(Stream.concat(Arrays.stream(usual), Arrays.stream(more)).toArray());
  }

  private static Map<String, Integer> contents(Path folder) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(folder.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @Test
  void writesAllSets() throws IOException {
    var run = run("out", "--json").assertSuccess();
    JsonNode json = run.json();
    assertThat(json.at("/emoji").asInt()).isEqualTo(12);
    Map<String, Integer> sets =
        Map.of("train", 30, "held-out", 5, "line-art", 7, "dark", 24, "offset-noise", 40);
    for (var set : sets.entrySet()) {
      assertThat(json.at("/%s/images".formatted(set.getKey())).asInt()).isEqualTo(set.getValue());
      Path metadata = folder.resolve("out").resolve(set.getKey()).resolve("metadata.jsonl");
      for (String line : Files.readAllLines(metadata)) {
        JsonNode picture = new JsonMapper().readTree(line);
        assertThat(picture.get("text").asText()).isNotBlank();
        Path file = metadata.resolveSibling(picture.get("file_name").asText());
        assertThat(ImageDecoder.decode(file)).hasToString("16x16");
      }
    }
    assertThat(json.at("/black/brightness_mean").asDouble()).isZero();
    assertThat(Files.readAllLines(folder.resolve("out/emoji.jsonl")))
        .hasSize(12)
        .element(0)
        .asString()
        .contains("1F34E", "red apple", "fruit");
    assertThat(folder.resolve("out/emoji/1F34E.png")).exists();
    assertThat(run.err()).isEmpty();
  }

  @Test
  void saysHowBrightTheSetsAre() {
    assertThat(run("out").assertSuccess().out())
        .contains("12 emoji in")
        .containsPattern("train +30 pictures, brightness 0\\.\\d{3}, spread 0\\.\\d{3}");
  }

  @Test
  void sameSeedSameBytes() throws IOException {
    run("a").assertSuccess();
    run("b").assertSuccess();
    run("c", "--seed=1").assertSuccess();
    Map<String, Integer> a = contents(folder.resolve("a"));
    assertThat(contents(folder.resolve("b"))).isEqualTo(a);
    assertThat(contents(folder.resolve("c"))).isNotEqualTo(a).containsOnlyKeys(a.keySet());
  }

  @Test
  void replacesAnEarlierRun() throws IOException {
    run("a").assertSuccess();
    Files.writeString(folder.resolve("a/train/00007.png"), "broken");
    Files.delete(folder.resolve("a/dark/metadata.jsonl"));
    run("a").assertSuccess();
    run("b").assertSuccess();
    assertThat(contents(folder.resolve("a"))).isEqualTo(contents(folder.resolve("b")));
  }

  @Test
  void refusesInOneSentence() throws IOException {
    Path words = Files.writeString(folder.resolve("words.txt"), "Only words.");
    refused(
        CommandLineRun.of("dataset", "openmoji", "--source", words, "--output-dir", folder),
        "words.txt",
        "npm pack");
    refused(
        CommandLineRun.of("dataset", "openmoji", "--source", words + "x", "--output-dir", folder),
        "There is no",
        "npm pack");
    refused(
        CommandLineRun.of("dataset", "openmoji", "--source", source, "--output-dir", words),
        "words.txt",
        "choose another folder");
    refused(CommandLineRun.of("dataset"), "Missing required subcommand", "--help");
    refused(CommandLineRun.of("dataset", "openmoji"), "--source", "--help");
    refusedBySettings("--count=9999", "9999", "choose 1 to " + Emoji.ALL.size());
    refusedBySettings("--images=0", "--images is 0", "at least 1");
    refusedBySettings("--held-out=-1", "--held-out is -1", "at least 1");
    refusedBySettings("--size=8", "8 pixels", "16 to 1024");
    Path apple = source.resolve("package/color/svg/1F34E.svg");
    Files.writeString(apple, "<svg><path");
    refused(run("out"), "color/svg/1F34E.svg", "no SVG document");
    Files.delete(apple);
    refused(run("out"), "lacks color/svg/1F34E.svg", "npm pack");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private void refusedBySettings(String option, String... words) {
    refused(
        CommandLineRun.of(
            "dataset",
            "openmoji",
            "--source",
            source,
            "--output-dir",
            folder.resolve("out"),
            option),
        words);
  }

  private static void refused(CommandLineRun run, String... words) {
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .hasLineCount(1)
        .startsWith("chiaroscuro: ")
        .contains(words)
        .doesNotContain("unforeseen", "null", "Exception");
  }
}
