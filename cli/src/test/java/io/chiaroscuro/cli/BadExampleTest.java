package io.chiaroscuro.cli;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Examples that lack something. */
class BadExampleTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> examples() {
    String made =
        " --model=@/model --data-dir=@/photos --output-dir=@/examples --size=64 --steps=1";
    return Stream.of(
        bad("no example", "examples", "EXAMPLE", "chiaroscuro examples --help"),
        bad("an unknown example", "examples E" + made, "'E'", "A1, A2, B1, B2, C, D or all"),
        bad(
            "an example without model",
            "examples C --data-dir=@/photos --output-dir=@/examples",
            "Example C",
            "stabilityai/stable-diffusion-2-1",
            "--model C=FOLDER"),
        bad(
            "an example on a model that is not there",
            "examples C --model=C=@/nowhere --output-dir=@/examples",
            "nowhere",
            "--model C=FOLDER"),
        bad(
            "an example without pictures",
            "examples D --model=@/model --output-dir=@/examples",
            "Example D",
            "coco128.zip",
            "--data-dir D=FOLDER"),
        bad(
            "an example with another's pictures",
            "examples D --model=@/model --data-dir=A1=@/photos --output-dir=@/examples",
            "Example D",
            "--data-dir D=FOLDER"),
        bad(
            "an example without its word",
            "examples A2" + made,
            "Example A2",
            "<line-art>",
            "sd-concepts-library/line-art",
            "--embedding FILE"),
        bad("two models", "examples C --model=@/photos" + made, "--model says both", "EXAMPLE="),
        bad(
            "pictures twice",
            "examples C --model=@/model --data-dir=C=@/photos --data-dir=C=@/model --output-dir=@/examples",
            "--data-dir says both"),
        bad(
            "no steps in an example",
            "examples C --model=@/model --data-dir=@/photos --steps=0 --output-dir=@/examples",
            "steps is 0",
            "1 or more"),
        bad(
            "no picture of an example",
            "examples C --count=0" + made,
            "pictures is 0",
            "1 or more"),
        bad(
            "an example of an odd size",
            "examples C --size=100 --model=@/model --data-dir=@/photos --output-dir=@/examples",
            "100x100",
            "multiples of 8"),
        bad(
            "an example in a file",
            "examples C --model=@/model --data-dir=@/photos --output-dir=@/words.txt",
            "words.txt",
            "choose another folder"));
  }
}
