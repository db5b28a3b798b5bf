package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A JVM of its own, since native code once loaded stays, that takes itself for another machine. */
class WebpWithoutNativeCodeTest {

  @Test
  void isRefusedWithTheRemedyWhileOtherFormatsAreRead() throws Exception {
    var java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dos.arch=vax",
            "-cp",
            System.getProperty("java.class.path"),
            WebpWithoutNativeCodeTest.class.getName(),
            Fixture.path("images/files/lossy.webp").toString(),
            Fixture.path("images/files/rgb.png").toString());
    Process process = java.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(output.lines())
        .hasSize(2)
        .satisfiesExactly(
            webp -> assertThat(webp).contains("lossy.webp' needs native code", "convert it to PNG"),
            png -> assertThat(png).isEqualTo("decoded"));
  }

  /** Prints a line for each file: whether it is decoded, or why not. */
  public static void main(String[] files) {
    for (String file : files) {
      try {
        ImageDecoder.decode(Path.of(file));
        System.out.println("decoded");
      } catch (InvalidInputException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
