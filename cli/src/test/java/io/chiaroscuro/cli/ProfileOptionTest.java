package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile.Share;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileOptionTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void tellsWhereTheTimeOfAPictureWent() {
    int exitCode =
        run(
            "generate",
            "--prompt=a tree",
            "--num-inference-steps=2",
            "--output-dir=" + folder,
            "--profile");
    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains("text encoder", "UNet", "VAE decoder", "convolution", "outside of networks");
    List<String> unet = err.toString().lines().filter(line -> line.startsWith("UNet")).toList();
    assertThat(unet).hasSize(1);
    assertThat(unet.get(0)).matches("UNet +\\d+ +\\d+\\.\\d{3} +\\d+\\.\\d % +\\d+\\.\\d{3} +.*");
  }

  /** The largest first, in each network; what no network did is the rest of the time. */
  @Test
  void reportsSharesOfTheWhole() {
    String table =
        ProfileOption.report(
            List.of(
                new Share("UNet", Operator.CONVOLUTION, 4, 2, 1e12),
                new Share("UNet", Operator.ATTENTION, 2, 3, 3e12),
                new Share("UNet", Operator.OTHER, 2, 1, 0)),
            10);
    assertThat(table.lines().map(line -> line.replaceAll(" {2,}", "|").strip()))
        .containsExactly(
            "where|calls|seconds|share|TFLOP|TFLOP/s",
            "UNet|2|6.000|60.0 %|4.000|0.667",
            "|attention|2|3.000|30.0 %|3.000|1.000",
            "|convolution|4|2.000|20.0 %|1.000|0.500",
            "|other|2|1.000|10.0 %|",
            "outside of networks|1|4.000|40.0 %|");
  }

  @Test
  void isNotForAGpu() {
    int exitCode =
        run("generate", "--prompt=a tree", "--output-dir=" + folder, "--device=cuda", "--profile");
    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).contains("--profile takes times on the CPU alone");
  }

  @Test
  void isNotForACluster() {
    int exitCode =
        run("stats", "--data-dir=" + folder, "--output-dir=" + folder, "--spark", "--profile");
    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).contains("with --spark others do the work");
  }

  private int run(String... words) {
    return Chiaroscuro.run(new PrintWriter(out), new PrintWriter(err, true), words);
  }
}
