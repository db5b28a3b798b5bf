package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnalyzeCommandTest {

  private Sandbox sandbox;

  @BeforeAll
  void create(@TempDir Path folder) throws IOException {
    sandbox = Sandbox.create(folder);
  }

  @Test
  void forwardTellsWhatIsLeftOfEachBand() throws IOException {
    Path figures = sandbox.path("figures");
    JsonNode json =
        CommandLineRun.of(
                "analyze",
                "forward",
                sandbox.path("photos/1.png"),
                "--size=64",
                "--timesteps=0,999",
                "--output-dir",
                figures,
                "--json")
            .assertSuccess()
            .json();
    // One colour, (80, 20, 185): all it has is its mean, times 64 in the orthonormal transform.
    double power = 64 * 64 / 3.0 * (square(80) + square(20) + square(185));
    assertThat(json.at("/bands/0/name").asText()).isEqualTo("DC");
    assertThat(json.at("/bands/0/frequencies").asLong()).isEqualTo(1);
    assertThat(json.at("/bands/0/power").asDouble()).isCloseTo(power, within(1e-3));
    assertThat(json.at("/bands/1/power").asDouble()).isCloseTo(0, within(1e-9));
    assertThat(json.at("/bands/4/to").isNull()).isTrue();
    assertThat(json.at("/levels").size()).isEqualTo(3);
    assertThat(json.at("/levels/1/timestep").asInt()).isEqualTo(999);
    assertThat(json.at("/levels/1/signal_to_noise/DC").asDouble())
        .isCloseTo(0.004682 * power, within(1e-3 * power));
    assertThat(json.at("/levels/2/timestep").isNull()).isTrue();
    assertThat(json.at("/levels/2/signal_to_noise/DC").asDouble()).isZero();
    Path figure = figures.resolve("forward.png");
    assertThat(json.at("/figure").asText()).isEqualTo(figure.toString());
    assertThat(ImageDecoder.decode(figure).width()).isGreaterThan(3 * 384);
    assertThat(PngFile.readText(figure).get("Description")).contains("1.png", "wavelength");
  }

  @Test
  void forwardTakesLatentsToo() throws IOException {
    var run =
        CommandLineRun.of(
                "analyze",
                "forward",
                sandbox.path("photos/0.png"),
                "--size=128",
                "--latents",
                "--model",
                sandbox.path("model"))
            .assertSuccess();
    assertThat(run.out())
        .contains("latents", "t = 249", "pure noise", "DC of 1")
        .doesNotContain("figure");
  }

  @Test
  void scheduleTellsWhatTheStatisticsImply() throws IOException {
    JsonNode json = schedule("--leak", sandbox.path("leak"), "--model", sandbox.path("model"));
    double variance;
    try (var statistics = LeakStatistics.read(sandbox.path("leak"))) {
      double dc = Tensors.doubles(statistics.tensors().get("cov_lf_components"))[0];
      variance = dc / 256;
    }
    assertThat(json.at("/mean_variance").asText()).isEqualTo("measured");
    assertThat(json.at("/latents").toString()).isEqualTo("[4,16,16]");
    assertThat(json.at("/means").size()).isEqualTo(4);
    assertThat(json.at("/means/0/variance").asDouble()).isCloseTo(variance, within(1e-9));
    for (String start : new String[] {"training_end", "first_step"}) {
      double share = json.at("/" + start + "/share").asDouble();
      double expected = share * share / (1 - share * share) * 256 * variance;
      double aSquared = json.at("/means/0/" + start + "/a_squared").asDouble();
      assertThat(aSquared).isCloseTo(expected, within(1e-6));
      assertThat(json.at("/means/0/" + start + "/spread_kept").asDouble())
          .isCloseTo(1 / Math.sqrt(1 + aSquared), within(1e-12));
    }
    assertThat(json.at("/training_end/timestep").asDouble()).isEqualTo(999);
    assertThat(json.at("/first_step/timestep").asDouble()).isEqualTo(981);
  }

  @Test
  void scheduleBoundsWhatPixelStatisticsDoNotTell() throws IOException {
    JsonNode json = schedule("--leak", sandbox.path("pixel-leak"));
    assertThat(json.at("/mean_variance").asText()).isEqualTo("at_most");
    // Independent elements of variance 1: the mean's is 1 / 256, but nothing in the file says so.
    assertThat(json.at("/means/0/variance").asDouble()).isCloseTo(1, within(0.3));
  }

  @Test
  void scheduleKnowsStableDiffusionAndOtherBetas() throws IOException {
    JsonNode own = schedule();
    assertThat(own.at("/training_end/share").asDouble()).isCloseTo(0.06826, within(5e-6));
    assertThat(own.at("/means/2/variance").asDouble()).isEqualTo(1);
    assertThat(own.at("/means/2/training_end/a_squared").asDouble()).isCloseTo(19.2, within(0.05));
    JsonNode larger = schedule("--height=1024", "--width=512", "--scheduler=ddim");
    assertThat(larger.at("/latents").toString()).isEqualTo("[4,128,64]");
    assertThat(larger.at("/means/2/training_end/a_squared").asDouble())
        .isCloseTo(38.4, within(0.1));
    JsonNode zeroTerminal = schedule("--rescale-betas-zero-snr", "--scheduler=ddim");
    assertThat(zeroTerminal.at("/training_end/share").asDouble()).isZero();
    assertThat(zeroTerminal.at("/means/2/training_end/spread_kept").asDouble()).isEqualTo(1);
    JsonNode linear = schedule("--beta-schedule=linear", "--beta-start=1e-4", "--beta-end=0.02");
    assertThat(linear.at("/training_end/share").asDouble()).isCloseTo(0.00635, within(1e-4));
  }

  @Test
  void scheduleDrawsItsCurve() throws IOException {
    Path figures = sandbox.path("curve");
    var run =
        CommandLineRun.of(
                "analyze", "schedule", "--model", sandbox.path("model"), "--output-dir", figures)
            .assertSuccess();
    assertThat(run.out()).contains("a^2 at 981", "spread kept at 999", "schedule.png");
    assertThat(Files.size(figures.resolve("schedule.png"))).isPositive();
  }

  private static JsonNode schedule(Object... args) throws IOException {
    Object[] all = new Object[args.length + 3];
    all[0] = "analyze";
    all[1] = "schedule";
    all[2] = "--json";
    System.arraycopy(args, 0, all, 3, args.length);
    return CommandLineRun.of(all).assertSuccess().json();
  }

  private static double square(int value) {
    double pixel = value / 255.0 * 2 - 1;
    return pixel * pixel;
  }
}
