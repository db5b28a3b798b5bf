package io.chiaroscuro.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.PixelStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OrderedPictureTest {

  private static final Map<String, String> PROVENANCE = Map.of("model", "small");

  private static PictureOrder order(String prompt, long seed, int count, String outputName) {
    var picture =
        new PictureSettings(prompt, "", "weighted", 64, 64, 20, 7.5, 0, 0, SamplerSettings.OWN);
    return new PictureOrder(picture, LeakSettings.NONE, seed, count, outputName);
  }

  private static OrderedPicture picture(PictureOrder order, int index, SignalLeak leak) {
    var request =
        new GenerationRequest(
            order.picture().prompt(),
            "",
            64,
            64,
            20,
            7.5,
            0,
            0,
            SchedulerConfig.of(SchedulerType.DDIM, Map.of("eta", 0.5, "steps_offset", 1)));
    return new OrderedPicture(
        order, index, request, Map.of(), Optional.ofNullable(leak), PROVENANCE);
  }

  /** Found once: whatever runs, and whenever, says the same. */
  @Test
  void theSamePictureHasTheSameNameInEveryRun() {
    assertThat(picture(order("A red apple, 90% ripe!", 5, 1, null), 0, null).fileName())
        .isEqualTo("a-red-apple-90-ripe-seed-5-430d5e09.png");
    Map<String, String> facts = new LinkedHashMap<>();
    for (String fact : "resolution crop flip seed software model dtype image_count".split(" ")) {
      facts.put(fact, "of " + fact);
    }
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3);
        var statistics =
            new PixelStatistics(generator.randn(4, 8, 8), generator.rand(4, 8, 8), facts)) {
      var leak = new SignalLeak(statistics, LeakControls.NONE);
      assertThat(picture(order("夜", 5, 2, null), 1, leak).fileName())
          .isEqualTo("picture-seed-6-c2dd73ed.png");
    }
  }

  @Test
  void picturesOfANamedOrderAreToldApartByTheirSeeds() {
    assertThat(order("a", 5, 1, "apple.PNG").fileNames()).containsExactly("apple.png");
    assertThat(order("a", 5, 2, "apple").fileNames())
        .containsExactly("apple-seed-5.png", "apple-seed-6.png");
    assertThat(order("a", 5, 2, null).fileNames()).isEmpty();
  }

  @Test
  void aFileIsThePicturesIfItSaysSo() {
    OrderedPicture picture = picture(order("a", 5, 1, null), 0, null);
    Map<String, String> text = picture.text(0.25);
    assertThat(picture.brightness("a.png", () -> text)).isEqualTo(0.25);
    refused(picture, Map.of("seed", "6"), "a.png is there already", "seed was '6' and is now '5'");
    refused(picture, Map.of("leak", "photos"), "its leak is 'photos'");
    refused(picture, Map.of("brightness", "dark"), "it does not say its brightness");
    text.remove("prompt");
    assertThatThrownBy(() -> picture.brightness("a.png", () -> text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("it does not say its prompt");
  }

  private static void refused(OrderedPicture picture, Map<String, String> change, String... words) {
    Map<String, String> text = picture.text(0.25);
    text.putAll(change);
    assertThatThrownBy(() -> picture.brightness("a.png", () -> text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(words);
  }
}
