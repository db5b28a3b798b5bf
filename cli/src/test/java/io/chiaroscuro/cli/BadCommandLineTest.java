package io.chiaroscuro.cli;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is typed wrongly, and the demo's options. */
class BadCommandLineTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> commandLine() {
    return Stream.of(
        bad("no command", "", "Missing required subcommand", "--help"),
        bad("an unknown command", "generat", "'generat'", "did you mean", "generate"),
        bad("an unknown option", "generate --stepz=3", "--stepz", "--steps"),
        bad(
            "a required option left out",
            "dataset openmoji --output-dir=out",
            "--source",
            "chiaroscuro dataset openmoji --help"),
        bad("a demo of one image", "demo --images=1", "images is 1", "2 or more"),
        bad("a demo without steps", "demo --steps=0", "steps is 0", "1 or more"),
        bad("a demo in no batches", "demo --batch-size=0", "batch size is 0", "1 or more"),
        bad("a demo without data", "demo --model=@/model", "--data-dir", "--reference"),
        bad(
            "a demo on no data",
            "demo --model=@/model --data-dir=@/photos",
            "held-out",
            "name one that exists"),
        bad(
            "a demo on no reference",
            "demo --model=@/model --reference=@/photos",
            "reference.json",
            "no such file",
            "--data-dir"),
        bad("an option twice", "generate --seed=1 --seed=2", "--seed", "only once"),
        bad("an option without value", "generate --seed", "--seed", "--help"),
        bad("a seed with decimals", "generate --seed=1.5", "--seed", "'1.5'", "long"),
        bad("a seed in words", "stats --seed=lucky", "--seed", "'lucky'", "--help"),
        bad("a number above all ints", "stats --n-components=99999999999", "--n-components", "int"),
        bad("a resolution in words", "stats --resolution=abc", "'abc'", "write 512, or 768x512"),
        bad("a resolution of six digits", "stats --resolution=100000", "'100000'", "512"),
        bad("an unknown dtype", "generate --dtype=float8", "'float8'", "choose float32"),
        bad("an unknown device", "generate --device=tpu", "'tpu'", "choose cpu"),
        bad("a GPU that is not there", "generate --device=cuda:99", "'cuda:99'", "not available"));
  }
}
