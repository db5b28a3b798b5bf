package io.chiaroscuro.cli;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.nio.file.Files;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Prompts and batch files that cannot be read. */
class BadPromptTest extends BadInput {

  private static final String ROW = "{\"prompt\": \"a\"}";

  @TestFactory
  Stream<DynamicTest> prompts() {
    return Stream.of(
        bad(
            "an unknown syntax",
            "generate --prompt-syntax=compel",
            "'compel'",
            "weighted or plain"),
        bad("a weight of two points", "generate --prompt=(a:1.2.3)", "'1.2.3'", "(word:1.3)"),
        bad(
            "weights without bound",
            "generate --prompt=(a:%s)".formatted("9".repeat(50)),
            "weights in the prompt",
            "(word:1.3)"),
        bad("no batch file", "generate --prompts=@/no.txt", "no.txt", "no such file"),
        bad("pictures as prompts", "generate --prompts=@/photos/0.png", "0.png", ".jsonl", ".txt"),
        bad(
            "prompts in no UTF-8",
            "generate --prompts=@/x.txt",
            s -> Files.copy(s.path("photos/0.png"), s.path("x.txt")),
            "x.txt",
            "UTF-8"),
        batch("an empty batch", "\n \n", "x.jsonl holds no prompt", "write one a line"),
        batch(
            "a row cut off", "{\"prompt\": \"a ni", "x.jsonl, line 1: ", "not valid JSON", "write"),
        batch("a batch of lists", "[\"a\"]", "x.jsonl, line 1: ", "no JSON object"),
        batch("two objects a line", ROW + ROW, "x.jsonl, line 1: ", "not valid JSON"),
        batch("a key twice", "{\"prompt\": \"a\", \"prompt\": \"b\"}", "line 1: ", "'prompt'"),
        batch(
            "a key under two names",
            "{\"steps\": 2, \"num_inference_steps\": 2}",
            "line 1: ",
            "two names"),
        batch(
            "an unknown key",
            ROW + "\n\n{\"prompt\": \"a\", \"sead\": 3}",
            "x.jsonl, line 3: ",
            "'sead'",
            "negative_prompt, "),
        batch("the model in a row", "{\"model\": \"a\"}", "line 1: ", "'model'", "seed, count"),
        batch("no prompt in a row", "{\"prompt\": null}", "line 1: ", "no prompt"),
        batch("a number as prompt", "{\"prompt\": 5}", "line 1: ", "'prompt' needs a text, not 5"),
        batch("NUL in a prompt", "{\"prompt\": \"\\u0000\"}", "line 1: ", "NUL"),
        batch("half a character", "{\"prompt\": \"\\ud800\"}", "line 1: ", "half a character"),
        batch("a row's bad weight", "{\"prompt\": \"(a:..)\"}", "line 1: ", "'..'"),
        batch("a row's bad seed", "{\"seed\": 1.5}", "line 1: ", "'seed' needs a whole number"),
        batch("a row's huge seed", "{\"seed\": 1%s}".formatted("0".repeat(30)), "line 1: ", "seed"),
        batch("a row's seed as text", "{\"seed\": \"1\"}", "line 1: ", "not \"1\""),
        batch("a row's guidance", "{\"guidance_scale\": true}", "'guidance_scale' needs a number"),
        batch("a row of no pictures", "{\"count\": 0}", "line 1: ", "--count is 0"),
        batch("a row without steps", "{\"steps\": 0}", "line 1: ", "--steps is 0"),
        batch("a row of too many steps", "{\"steps\": 2000}", "line 1: ", "cannot be 2000"),
        batch("a row of no width", "{\"width\": 0}", "line 1: ", "0 pixels"),
        batch("a row of odd width", "{\"width\": 100}", "line 1: ", "100x128", "multiples of 8"),
        batch("a row's clip skip", "{\"clip_skip\": -1}", "line 1: ", "--clip-skip is -1"),
        batch("a row's sampler", "{\"scheduler\": \"magic\"}", "line 1: ", "'magic'"),
        batch("a row's color", "{\"mean_color\": \"red\"}", "line 1: ", "'red'", "#101020"),
        batch("a row's channel", "{\"leak_channel\": [\"0:1\"]}", "line 1: ", "'0:1'"),
        batch("a row's channels", "{\"leak_channel\": [1]}", "line 1: ", "a list of texts"),
        batch("a row's strength", "{\"leak_strength\": -1}", "line 1: ", "strength is -1"),
        batch("a row's image", "{\"image\": \"no.png\"}", "line 1: ", "no.png", "no such file"),
        batch(
            "a row's image of words", "{\"image\": 5}", "line 1: ", "'image' needs a text, not 5"),
        batch("a row's mask alone", "{\"mask_image\": \"m.png\"}", "line 1: ", "--image FILE"),
        batch("a row's mask twice", "{\"mask\": \"m\", \"mask_image\": \"m\"}", "two names"),
        batch("a row's strength alone", "{\"strength\": 0.5}", "line 1: ", "--image FILE"),
        photo("a row's strength of all", "\"strength\": 2", "line 2: ", "strength is 2.0"),
        photo("a row's strength of no step", "\"strength\": 0.3", "line 2: ", "Of 2 steps"),
        photo("a row's damaged mask", "\"mask_image\": \"@/words.txt\"", "line 2: ", "words.txt"),
        photo(
            "a row's mask of another size",
            "\"mask_image\": \"@/small.png\"",
            "line 2: ",
            "small.png",
            "make it as large"),
        batch("a row's leak", "{\"leak\": \"nowhere\"}", "line 1: ", "nowhere", "give the folder"),
        batch("a row's folder", "{\"output_name\": \"../a\"}", "line 1: ", "'../a'", "letters"),
        batch("a row's hidden file", "{\"output_name\": \".png\"}", "line 1: ", "'.png'"),
        batch(
            "a name twice",
            "{\"output_name\": \"a\"}\n{\"output_name\": \"A.png\"}",
            "x.jsonl, line 2: ",
            "line 1 too"),
        batch(
            "a name that is taken",
            "{\"output_name\": \"seed-0\"}",
            "x.jsonl, line 1: ",
            "out/seed-0.png is there already",
            "delete it"),
        bad(
            "a comparison of a batch",
            "generate --prompts=@/x.txt --compare",
            "--compare is for one prompt"),
        bad(
            "latents for a batch",
            "generate --prompts=@/x.txt --save-latents=@/latents",
            "--save-latents is for one prompt"));
  }

  private DynamicTest batch(String what, String lines, String... sentence) {
    return bad(what, "generate --prompts=@/x.jsonl", s -> s.text("x.jsonl", lines), sentence);
  }

  /** A row that starts from a photo, on the second line. */
  private DynamicTest photo(String what, String keys, String... sentence) {
    return bad(
        what,
        "generate --prompts=@/x.jsonl",
        s -> {
          PngFile.write(s.path("small.png"), RgbImage.solid(16, 16, 255, 255, 255), Map.of());
          String row = "\n{\"image\": \"@/photos/0.png\", %s}".formatted(keys);
          s.text("x.jsonl", row.replace("@", s.folder().toString().replace('\\', '/')));
        },
        sentence);
  }
}
