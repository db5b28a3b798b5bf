package io.chiaroscuro.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.training.openmoji.Background;
import io.chiaroscuro.training.openmoji.DrawnEmoji;
import io.chiaroscuro.training.openmoji.Emoji;
import io.chiaroscuro.training.openmoji.EmojiPicture;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * With an autoencoder of random weights, whose latents tell pictures apart nearly as well as a
 * trained one's, by which all of 199 held-out pictures are recognised among 240 emoji.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmojiRecognitionTest {

  private static final int SIZE = 64;

  /** The embedded model's, but for the pictures' size. */
  private static final AutoencoderKLConfig CONFIG =
      new AutoencoderKLConfig(
          SIZE,
          3,
          3,
          4,
          Collections.nCopies(3, "DownEncoderBlock2D"),
          Collections.nCopies(3, "UpDecoderBlock2D"),
          List.of(16, 32, 64),
          1,
          Activation.SILU,
          8,
          1,
          0,
          true,
          true,
          false);

  private static final List<String> SHAPES =
      List.of(
          "<circle cx='30' cy='30' r='20' %s/>",
          "<rect x='10' y='10' width='40' height='40' %s/>",
          "<path d='M30 10 L50 50 L10 50 Z' %s/>",
          "<rect x='10' y='26' width='40' height='10' %s/>",
          "<path d='M30 10 L36 26 L50 30 L36 36 L30 50 L24 36 L10 30 L24 26 Z' %s/>");

  private static final List<String> COLORS = List.of("#d22f27", "#fcea2b", "#5c9e31", "#3f3f3f");

  /** None of those that emoji are encoded before. */
  private static final List<Background> BACKGROUNDS =
      List.of(
          Background.plain(0xe08030),
          Background.plain(0x101828),
          Background.plain(0xd0f0ff),
          new Background(0x2040c0, 0xffe0e0, 130),
          new Background(0x000000, 0x309050, 45));

  private final List<DrawnEmoji> emoji = new ArrayList<>();
  private LatentEncoder encoder;
  private EmojiRecognition recognition;

  @BeforeAll
  void encode() {
    var weights = Weights.seeded(0, DType.FLOAT32, Device.CPU);
    encoder = new LatentEncoder(new AutoencoderKL(CONFIG, weights));
    for (String shape : SHAPES) {
      for (String color : COLORS) {
        String paint = "fill='%s' stroke='#000' stroke-width='2'".formatted(color);
        String name = "%s %s".formatted(color, SHAPES.indexOf(shape));
        emoji.add(
            new DrawnEmoji(
                new Emoji(name, name, "shape"),
                EmojiPicture.render(svg(shape.formatted(paint)), name, SIZE)));
      }
    }
    recognition = new EmojiRecognition(emoji, encoder, () -> {});
  }

  @AfterAll
  void close() {
    recognition.close();
    encoder.close();
  }

  private static byte[] svg(String content) {
    return "<svg viewBox='0 0 60 60' xmlns='http://www.w3.org/2000/svg'>%s</svg>"
        .formatted(content)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** How many of all emoji before all backgrounds are recognised, after {@code change}. */
  private double recognised(UnaryOperator<Tensor> change) {
    int right = 0;
    for (DrawnEmoji one : emoji) {
      try (var scope = new TensorScope()) {
        List<RgbImage> pictures =
            BACKGROUNDS.stream().map(background -> one.picture().over(background)).toList();
        for (List<Emoji> ranking : recognition.rank(change.apply(encoder.encode(pictures)))) {
          assertThat(ranking).hasSize(emoji.size());
          right += ranking.get(0).equals(one.emoji()) ? 1 : 0;
        }
      }
    }
    return right / (double) (emoji.size() * BACKGROUNDS.size());
  }

  @Test
  void whateverTheBackground() {
    assertThat(recognised(latents -> latents)).isGreaterThanOrEqualTo(0.98);
  }

  @Test
  void throughNoise() {
    try (var generator = new SeededGenerator(1)) {
      assertThat(
              recognised(
                  latents -> {
                    Scalar spread = new Scalar(0.5 * latents.std().item_double());
                    return latents.add(
                        generator
                            .randn(latents.size(0), 4, latents.size(2), latents.size(3))
                            .mul(spread));
                  }))
          .isGreaterThan(0.9);
    }
  }

  /** What is recognised is the drawing: with the pictures' halves exchanged it is gone. */
  @Test
  void notWhatIsNotThere() {
    assertThat(recognised(latents -> latents.roll(new long[] {8, 8}, 2, 3))).isLessThan(0.3);
  }
}
