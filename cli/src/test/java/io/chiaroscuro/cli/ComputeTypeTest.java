package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.Processor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComputeTypeTest {

  @Test
  void isTheFastestThatTheProcessorKnows() {
    assertThat(ComputeType.parse("auto", Device.CPU))
        .isEqualTo(Processor.computesInBFloat16() ? DType.BFLOAT16 : DType.FLOAT32);
    assertThat(ComputeType.parse("auto", new Device(Device.Type.CUDA, 0))).isEqualTo(DType.FLOAT32);
    assertThat(ComputeType.parse("float16", Device.CPU)).isEqualTo(DType.FLOAT16);
    assertThatThrownBy(() -> ComputeType.parse("float8", Device.CPU))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'float8'");
  }

  /** Written into the picture is what was computed in, not what was asked for. */
  @Test
  void isNamedInThePicture(@TempDir Path folder) {
    var err = new StringWriter();
    int exitCode =
        Chiaroscuro.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            "generate",
            "--prompt=a tree",
            "--num-inference-steps=1",
            "--dtype=auto",
            "--output-dir=" + folder);
    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(PngFile.readText(folder.resolve("seed-0.png")))
        .containsEntry("dtype", ComputeType.parse("auto", Device.CPU).toString());
  }

  /** What is measured is measured exactly, unless something else is asked for. */
  @Test
  void isExactWhereFiguresAreCompared() {
    for (String command : new String[] {"invert", "demo", "demo-model evaluate"}) {
      assertThat(help(command)).contains("(default: float32)");
    }
    for (String command : new String[] {"generate", "stats", "serve"}) {
      assertThat(help(command)).contains("auto: bfloat16 where the processor computes in it");
    }
  }

  private static String help(String command) {
    var out = new StringWriter();
    Chiaroscuro.run(
        new PrintWriter(out),
        new PrintWriter(new StringWriter()),
        (command + " --help").split(" "));
    return out.toString().replaceAll("\\s+", " ");
  }
}
