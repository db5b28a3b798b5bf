package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.training.openmoji.EmojiPicture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** With random weights, so that what is drawn means nothing, but everything is done. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EvaluateCommandTest {

  private Path folder;

  @BeforeAll
  void create(@TempDir Path folder) throws IOException {
    this.folder = folder;
    SeededStableDiffusion.write(folder.resolve("model"), 0);
    dataset("emoji", 128);
  }

  private void dataset(String name, int size) throws IOException {
    StringBuilder index = new StringBuilder();
    for (String shape : new String[] {"circle cx='9' cy='9' r='9'", "rect width='9' height='5'"}) {
      String word = shape.split(" ")[0];
      String svg = "<svg viewBox='0 0 20 20' xmlns='http://www.w3.org/2000/svg'><%s/></svg>";
      EmojiPicture.render(svg.formatted(shape).getBytes(StandardCharsets.UTF_8), word, size)
          .write(folder.resolve(name).resolve("emoji/%s.png".formatted(word)));
      index.append(
          "{\"hex\":\"%s\",\"phrase\":\"a %s\",\"tags\":[\"shape\"]}\n".formatted(word, word));
    }
    Files.writeString(folder.resolve(name).resolve("emoji.jsonl"), index);
  }

  private CommandLineRun evaluate(String data, String output, String... more) {
    return CommandLineRun.of(
        Stream.concat(
                Stream.of(
                    "demo-model",
                    "evaluate",
                    "--model=" + folder.resolve("model"),
                    "--data-dir=" + folder.resolve(data),
                    "--output-dir=" + folder.resolve(output),
                    "--captions=3",
                    "--steps=2"),
                Stream.of(more))
            .toArray());
  }

  @Test
  void judgesEveryPictureWhateverTheBatches() throws IOException {
    JsonNode json = evaluate("emoji", "out", "--batch-size=2", "--json").assertSuccess().json();
    assertThat(json.path("pictures")).hasSize(3);
    int first = 0;
    for (JsonNode picture : json.path("pictures")) {
      assertThat(picture.path("caption").asText()).containsAnyOf("circle", "rect");
      assertThat(picture.path("likeliest")).hasSize(2);
      assertThat(picture.path("place").asInt()).isBetween(1, 2);
      first += picture.path("place").asInt() == 1 ? 1 : 0;
    }
    assertThat(json.path("first").asDouble()).isEqualTo(first / 3.0);
    assertThat(json.path("among_first_five").asDouble()).isEqualTo(1);
    assertThat(ImageDecoder.decode(folder.resolve("out/contact-sheet.png")).width())
        .isGreaterThan(3 * 128);

    JsonNode alone = evaluate("emoji", "alone", "--batch-size=1", "--json").json();
    assertThat(alone.path("pictures")).isEqualTo(json.path("pictures"));
  }

  @Test
  void saysItInASentence() {
    assertThat(evaluate("emoji", "prose").assertSuccess().out())
        .matches(
            "(?s)Of 3 pictures \\d+\\.\\d % have the right emoji first and 100\\.0 % among the"
                + " first five\\.\n.*contact-sheet\\.png\n");
  }

  @Test
  void emojiOfAnotherSizeAreRefused() throws IOException {
    dataset("small", 64);
    CommandLineRun run = evaluate("small", "out");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("64 pixels wide", "make the set with --size 128");
  }

  @Test
  void nothingToAskForIsRefused() {
    assertThat(evaluate("emoji", "out", "--batch-size=0").err()).contains("give 1 or more");
    assertThat(evaluate("nowhere", "out").err()).contains("emoji.jsonl", "dataset openmoji");
  }
}
