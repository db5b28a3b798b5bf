package io.chiaroscuro.training.openmoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.training.openmoji.OpenMojiSource.Drawing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenMojiSourceTest {

  private static final Set<String> APPLE = Set.of("1F34E");

  @TempDir Path folder;

  @Test
  void readsThePackageAndWhatItUnpacksTo() throws IOException {
    Map<String, byte[]> files = DrawnOpenMoji.files();
    Path tgz = DrawnOpenMoji.pack(folder.resolve("openmoji.tgz"), files);
    Path unpacked = DrawnOpenMoji.unpack(folder.resolve("unpacked"), files);
    for (Path source : new Path[] {tgz, unpacked, unpacked.resolve("package")}) {
      OpenMojiSource openMoji = OpenMojiSource.read(source, APPLE);
      assertThat(openMoji.svg(Drawing.COLOR, "1F34E"))
          .as(source.toString())
          .isEqualTo(files.get("package/color/svg/1F34E.svg"));
      assertThat(openMoji.svg(Drawing.BLACK, "1F34E"))
          .isEqualTo(files.get("package/black/svg/1F34E.svg"));
    }
  }

  @Test
  void namesWhatIsMissing() throws IOException {
    Path tgz = DrawnOpenMoji.pack(folder.resolve("openmoji.tgz"), DrawnOpenMoji.files());
    OpenMojiSource openMoji = OpenMojiSource.read(tgz, Set.of("1F34E", "FFFF"));
    assertThatThrownBy(() -> openMoji.svg(Drawing.BLACK, "FFFF"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("openmoji.tgz", "black/svg/FFFF.svg", "npm pack");
  }

  @Test
  void refusesWhatIsNoOpenMoji() throws IOException {
    Path whole = DrawnOpenMoji.pack(folder.resolve("whole.tgz"), DrawnOpenMoji.files());
    byte[] bytes = Files.readAllBytes(whole);
    Path half = folder.resolve("half.tgz");
    Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
    Path words = Files.writeString(folder.resolve("words.tgz"), "Only words.");
    Path other =
        DrawnOpenMoji.pack(folder.resolve("other.tgz"), Map.of("package/a.txt", new byte[3]));
    refused(folder.resolve("nowhere.tgz"), "There is no", "nowhere.tgz");
    refused(words, "words.tgz", "Not in GZIP format");
    refused(half, "half.tgz", "Cannot read");
    refused(other, "other.tgz", "none of the drawings color/svg");
    refused(Files.createDirectory(folder.resolve("empty")), "empty", "none of the drawings");
  }

  private static void refused(Path source, String... words) {
    assertThatThrownBy(() -> OpenMojiSource.read(source, APPLE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(words)
        .hasMessageContaining("npm pack openmoji@17.0.0");
  }
}
