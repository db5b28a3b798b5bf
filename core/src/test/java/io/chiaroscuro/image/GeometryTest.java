package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Resizing as Pillow does it, cropping and flipping as torchvision does. */
class GeometryTest {

  private static final SafetensorsFile EXPECTED = Fixture.tensors("images/geometry");

  private final RgbImage image = image("image");

  @AfterAll
  static void close() {
    EXPECTED.close();
  }

  @ParameterizedTest
  @CsvSource({"53,37", "23,61", "97,20", "20,80", "106,90", "1,1", "53,10", "31,37", "7,5"})
  void resizes(int width, int height) {
    assertEqual(Resize.to(image, width, height), "resized %dx%d".formatted(width, height));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 29, 37, 64, 80})
  void theShorterSideFitsAndTheMiddleIsCut(int size) {
    RgbImage resized = Resize.shorterSide(image, size);
    assertEqual(resized, "shorter side " + size);
    assertEqual(Crop.center(resized, size, size), "centre " + size);
  }

  @Test
  void theShorterSideMayBeTheWidth() {
    assertEqual(Resize.shorterSide(image("tall"), 32), "tall, shorter side 32");
  }

  @ParameterizedTest
  @CsvSource({"40,10,40,27", "10,40,57,40", "53,37,53,37", "106,74,106,74", "20,14,20,14"})
  void coversARectangle(int width, int height, int resizedWidth, int resizedHeight) {
    RgbImage covering = Resize.cover(image, width, height);
    assertThat(covering).hasToString(resizedWidth + "x" + resizedHeight);
    assertThat(Crop.center(covering, width, height)).hasToString(width + "x" + height);
  }

  @Test
  void cropsAndFlipsByPyTorchsDraws() {
    try (var generator = new SeededGenerator(5)) {
      for (int i = 0; i < 4; i++) {
        RgbImage cropped = Crop.random(image, 30, 24, generator);
        assertEqual(Flip.random(cropped, generator), "random " + i);
      }
    }
  }

  @Test
  void flips() {
    assertEqual(Flip.horizontal(image), "flipped");
    assertThat(Flip.horizontal(Flip.horizontal(image)).rgb()).isEqualTo(image.rgb());
  }

  @Test
  void cutsOutOnlyWhatIsThere() {
    assertThatThrownBy(() -> Crop.center(image, 54, 10)).hasMessageContaining("53x37");
    assertThatThrownBy(() -> Crop.at(image, 50, 0, 4, 4))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Crop.at(image, -1, 0, 4, 4))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void becomesTorchvisionsTensor() {
    try (var scope = new TensorScope()) {
      Tensor tensor = image.toTensor();
      assertThat(Tensors.shape(tensor)).containsExactly(1, 3, 37, 53);
      assertThat(Tensors.floats(tensor)).containsExactly(Tensors.floats(EXPECTED.tensor("tensor")));
      assertThat(RgbImage.fromTensor(tensor).get(0).rgb()).isEqualTo(image.rgb());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"float32", "bfloat16"})
  void comesBackFromATensorAsDiffusersRounds(String dtype) {
    try (var scope = new TensorScope()) {
      var images = RgbImage.fromTensor(EXPECTED.tensor("decoded " + dtype));
      Tensor expected = EXPECTED.tensor("postprocessed " + dtype);
      assertThat(images).hasSize(2);
      for (int i = 0; i < 2; i++) {
        assertThat(PixelAgreement.of(images.get(i), expected.get(i)).largest()).isZero();
      }
    }
  }

  private static void assertEqual(RgbImage actual, String name) {
    assertThat(PixelAgreement.of(actual, EXPECTED.tensor(name)).largest()).as(name).isZero();
  }

  private static RgbImage image(String name) {
    try (var scope = new TensorScope()) {
      Tensor tensor = EXPECTED.tensor(name);
      long[] shape = Tensors.shape(tensor);
      long[] values = Tensors.longs(tensor);
      byte[] rgb = new byte[values.length];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) values[i];
      }
      return new RgbImage((int) shape[1], (int) shape[0], rgb);
    }
  }
}
