package io.chiaroscuro.training.openmoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.SharedData;
import io.chiaroscuro.image.Brightness;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenMojiPicturesTest {

  private static final int COUNT = 50;
  private static final int SIZE = 32;

  private Path source;
  private OpenMojiPictures pictures;
  private List<CaptionedPicture> train;

  @BeforeAll
  void draw(@TempDir Path folder) throws IOException {
    source = DrawnOpenMoji.pack(folder.resolve("openmoji.tgz"), DrawnOpenMoji.files());
    pictures = OpenMojiPictures.draw(source, COUNT, SIZE, 0);
    train = pictures.train(4000).stream().toList();
  }

  private static Brightness brightness(PictureSeries series) {
    return Brightness.merge(series.stream().map(p -> Brightness.of(p.image())).toList());
  }

  private static double share(List<CaptionedPicture> of, String pattern) {
    return of.stream().filter(p -> p.text().matches(pattern)).count() / (double) of.size();
  }

  @Test
  void seedNumberAndSetDetermineAPicture() {
    OpenMojiPictures again = OpenMojiPictures.draw(source, COUNT, SIZE, 0);
    // Alone and in another order.
    for (int number : new int[] {3999, 7, 1234}) {
      CaptionedPicture one = again.train(4000).picture().apply(number);
      assertThat(one.text()).isEqualTo(train.get(number).text());
      assertThat(one.image().rgb()).isEqualTo(train.get(number).image().rgb());
    }
    List<String> ours = texts(pictures.train(100));
    assertThat(texts(pictures.heldOut(100))).isNotEqualTo(ours);
    assertThat(texts(OpenMojiPictures.draw(source, COUNT, SIZE, 1).train(100))).isNotEqualTo(ours);
  }

  private static List<String> texts(PictureSeries series) {
    return series.stream().map(p -> p.text() + p.background()).toList();
  }

  @Test
  void showsEveryEmojiEquallyOften() {
    List<CaptionedPicture> round = train.subList(0, COUNT);
    Set<Emoji> seen = new HashSet<>();
    round.forEach(p -> p.emoji().ifPresent(seen::add));
    long solid = round.stream().filter(p -> p.emoji().isEmpty()).count();
    assertThat(seen).hasSize((int) (COUNT - solid));
  }

  @Test
  void captionsFollowTheGrammar() {
    String names = Emoji.clearest(COUNT).stream().map(Emoji::name).collect(Collectors.joining("|"));
    String tags = Emoji.ALL.stream().map(Emoji::tag).distinct().collect(Collectors.joining("|"));
    String background = "( on an? [a-z ]+ background| on a gradient from [a-z ]+ to [a-z ]+)?";
    for (CaptionedPicture picture : train) {
      assertThat(picture.text())
          .matches(
              picture.emoji().isPresent()
                  ? "((a|an) (drawing|emoji|picture) of )?(an? |the )?(%s)%s(, (%s))?"
                      .formatted(names, background, tags)
                  : "(an? )?(plain|solid) [a-z ]+|an? [a-z ]+ (image|picture)|.*gradient from .*");
      assertThat(picture.text()).doesNotContainPattern("\\ba [aeio]|\\ban [^aeiouh]");
    }
  }

  @Test
  void oneCaptionInTenTellsTheBackgroundAndOneInFiveTheKind() {
    List<CaptionedPicture> drawn = train.stream().filter(p -> p.emoji().isPresent()).toList();
    assertThat(share(drawn, ".* (background|on a gradient) ?.*")).isBetween(0.08, 0.12);
    assertThat(share(drawn, ".*, [a-z]+")).isBetween(0.17, 0.23);
    assertThat(share(drawn, "a drawing of .*")).isBetween(0.17, 0.27);
    assertThat(1 - drawn.size() / (double) train.size()).isBetween(0.03, 0.05);
  }

  @Test
  void toldBackgroundsAreTheRightOnes() {
    List<CaptionedPicture> white =
        train.stream().filter(p -> p.text().contains("on a white background")).toList();
    assertThat(white).isNotEmpty();
    for (CaptionedPicture picture : white) {
      for (int channel = 0; channel < 3; channel++) {
        assertThat(picture.image().value(0, 0, channel)).isGreaterThan(225);
      }
    }
  }

  @Test
  void brightnessSpreads() {
    assertThat(brightness(pictures.train(4000)).spread()).isGreaterThan(0.2);
  }

  @Test
  void brightnessOfOpenMojiSpreadsAsWideAsItGoes() {
    OpenMojiPictures openMoji =
        OpenMojiPictures.draw(SharedData.path("openmoji-17.0.0.tgz"), 240, SIZE, 0);
    Brightness brightness = brightness(openMoji.train(4000));
    assertThat(brightness.spread()).isGreaterThan(0.25);
    assertThat(brightness.mean()).isBetween(0.4, 0.6);
    assertThat(brightness(openMoji.dark()).imageMeans()).allMatch(mean -> mean < 0.15);
  }

  @Test
  void darkPicturesAreDark() {
    assertThat(pictures.dark().length()).isEqualTo(24);
    assertThat(brightness(pictures.dark()).imageMeans()).allMatch(mean -> mean < 0.25);
    assertThat(texts(pictures.dark())).doesNotHaveDuplicates();
  }

  @Test
  void offsetNoisePicturesAreHalfDarkHalfBright() {
    List<CaptionedPicture> all = pictures.offsetNoise().stream().toList();
    assertThat(all).hasSize(40);
    assertThat(all)
        .filteredOn(p -> p.text().contains("dark"))
        .hasSize(20)
        .allMatch(p -> p.background().equals(Background.BLACK));
    assertThat(all)
        .filteredOn(p -> p.text().contains("bright"))
        .hasSize(20)
        .allMatch(p -> p.background().equals(Background.WHITE));
  }

  @Test
  void lineArtIsBlackOnWhite() {
    List<CaptionedPicture> all = pictures.lineArt().stream().toList();
    assertThat(all).hasSize(7);
    for (CaptionedPicture picture : all) {
      assertThat(picture.text()).startsWith("a line drawing of ");
      assertThat(picture.image().value(SIZE / 2, SIZE / 2, 1)).isEqualTo(255);
      assertThat(Brightness.of(picture.image()).mean()).isBetween(0.7, 0.97);
    }
  }

  @Test
  void blackIsBlack() {
    assertThat(pictures.black().stream().toList())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.text()).isEqualTo("a solid black image");
              assertThat(p.image().rgb()).containsOnly(0);
            });
  }

  @Test
  void refusesSizesOutOfRange() {
    for (int size : new int[] {0, 15, 1025}) {
      assertThatThrownBy(() -> OpenMojiPictures.draw(source, COUNT, size, 0))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("" + size, "16 to 1024");
    }
  }
}
