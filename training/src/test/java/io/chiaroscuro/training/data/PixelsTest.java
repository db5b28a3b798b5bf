package io.chiaroscuro.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.Flip;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PixelsTest {

  private static final Augmentation RANDOM =
      new Augmentation(Cropping.RANDOM, Mirroring.RANDOM, 11);

  /** Scaled to cover 12x12, of which 8x8 are cut out. */
  private static final OneSize CROPS = new OneSize(new ImageSize(12, 12), new ImageSize(8, 8));

  @TempDir Path folder;

  private Examples examples(Framing framing) {
    return new Examples(TestPictures.write(folder, 6, new ImageSize(30, 20)), framing);
  }

  private static List<Place> epoch(long epoch) {
    return IntStream.range(0, 6).mapToObj(i -> new Place(epoch, i)).toList();
  }

  @Test
  void cutsTheMiddleOfTheScaledPicture() {
    Examples examples = examples(OneSize.square(8));
    try (var scope = new TensorScope();
        var pixels = Pixels.decoding(examples, Augmentation.NONE)) {
      RgbImage image = ImageDecoder.decode(examples.get(2).file());
      Tensor expected = Crop.center(Resize.shorterSide(image, 8), 8, 8).toTensor();
      assertThat(pixels.load(List.of(new Place(0, 2))).equal(expected)).isTrue();
      assertThat(pixels.load(List.of(new Place(9, 2))).equal(expected)).isTrue();
    }
  }

  @Test
  void cropsAndMirrorsDifferentlyEachEpochButReproducibly() {
    Examples examples = examples(CROPS);
    try (var scope = new TensorScope();
        var pixels = Pixels.decoding(examples, RANDOM);
        var again = Pixels.decoding(examples, RANDOM);
        var otherSeed =
            Pixels.decoding(examples, new Augmentation(Cropping.RANDOM, Mirroring.RANDOM, 12))) {
      again.announce(epoch(5));
      Tensor third = pixels.load(epoch(3));
      assertThat(Tensors.shape(third)).containsExactly(6, 3, 8, 8);
      assertThat(again.load(epoch(3)).equal(third)).isTrue();
      assertThat(pixels.load(epoch(4)).equal(third)).isFalse();
      assertThat(otherSeed.load(epoch(3)).equal(third)).isFalse();
      assertThat(pixels.load(List.of(new Place(3, 5))).equal(third.narrow(0, 5, 1))).isTrue();
    }
  }

  @Test
  void everyCropAndBothDirectionsOccur() {
    Examples examples = examples(CROPS);
    RgbImage resized = Resize.cover(ImageDecoder.decode(examples.get(0).file()), 12, 12);
    assertThat(resized.width()).isEqualTo(18);
    Set<String> seen = new HashSet<>();
    for (int epoch = 0; epoch < 2000; epoch++) {
      seen.add(hash(RANDOM.apply(resized, new ImageSize(8, 8), new Place(epoch, 0))));
    }
    Set<String> possible = new HashSet<>();
    for (int left = 0; left <= 10; left++) {
      for (int top = 0; top <= 4; top++) {
        RgbImage crop = Crop.at(resized, left, top, 8, 8);
        possible.add(hash(crop));
        possible.add(hash(Flip.horizontal(crop)));
      }
    }
    assertThat(seen).isEqualTo(possible).hasSize(110);
  }

  private static String hash(RgbImage image) {
    return Arrays.toString(image.rgb());
  }

  @Test
  void heldPicturesAreTheSameAndNotReadAgain() throws IOException {
    Examples examples = examples(CROPS);
    try (var scope = new TensorScope();
        var decoding = Pixels.decoding(examples, RANDOM);
        var holding = Pixels.holding(examples, RANDOM)) {
      Tensor first = decoding.load(epoch(0));
      Tensor second = decoding.load(epoch(1));
      assertThat(holding.load(epoch(0)).equal(first)).isTrue();
      for (CaptionedImage image : examples.images()) {
        Files.delete(image.file());
      }
      assertThat(holding.load(epoch(1)).equal(second)).isTrue();
    }
  }

  @Test
  void refusesToHoldMoreThanTheHeap() {
    ResizedImages large = index -> RgbImage.solid(1000, 1000, 0, 0, 0);
    assertThatThrownBy(() -> new HeldImages(large, 10_000_000))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("raise -Xmx");
  }

  @Test
  void namesABrokenPicture() throws IOException {
    Examples examples = examples(CROPS);
    Path broken = examples.get(4).file();
    byte[] bytes = Files.readAllBytes(broken);
    Files.write(broken, Arrays.copyOf(bytes, bytes.length / 2));
    try (var scope = new TensorScope();
        var pixels = Pixels.decoding(examples, RANDOM)) {
      pixels.announce(epoch(0));
      assertThatThrownBy(() -> pixels.load(epoch(0)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(broken.toString())
          .hasMessageContaining("truncated or damaged");
      assertThat(pixels.load(List.of(new Place(0, 3))).size(0)).isEqualTo(1);
    }
  }
}
