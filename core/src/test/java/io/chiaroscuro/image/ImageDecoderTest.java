package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageDecoderTest {

  private static final SafetensorsFile EXPECTED = Fixture.tensors("images/decoded");

  static List<Path> files() {
    return ImageFolder.list(Fixture.path("images/files"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void decodesAsPillowDoes(Path file) {
    var agreement =
        PixelAgreement.of(
            ImageDecoder.decode(file), EXPECTED.tensor(file.getFileName().toString()));
    System.out.println(file.getFileName() + " " + agreement);
    assertThat(agreement.withinOne()).isGreaterThanOrEqualTo(0.999);
  }
}
