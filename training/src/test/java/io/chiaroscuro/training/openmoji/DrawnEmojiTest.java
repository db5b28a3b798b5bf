package io.chiaroscuro.training.openmoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawnEmojiTest {

  private static final int COUNT = 3;

  @TempDir private Path folder;
  private OpenMojiPictures pictures;
  private Path index;

  @BeforeEach
  void write() throws IOException {
    Path source = DrawnOpenMoji.pack(folder.resolve("openmoji.tgz"), DrawnOpenMoji.files());
    pictures = OpenMojiPictures.draw(source, COUNT, 32, 0);
    index = folder.resolve("emoji.jsonl");
    pictures.writeEmoji(folder.resolve("emoji"), index, () -> {});
  }

  @Test
  void readsWhatWasWritten() {
    List<DrawnEmoji> read = DrawnEmoji.read(folder);
    assertThat(read).extracting(DrawnEmoji::emoji).isEqualTo(pictures.emoji());
    for (DrawnEmoji one : read) {
      Background background = new Background(0x203040, 0xf0e0d0, 30);
      assertThat(one.picture().over(background).rgb())
          .isEqualTo(pictures.picture(one.emoji()).over(background).rgb());
    }
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Path drawing = folder.resolve("emoji").resolve(Emoji.ALL.get(1).hexcode() + ".png");
    Files.writeString(drawing, "no image");
    assertRefused(drawing.getFileName().toString(), "no square image");
    Files.delete(drawing);
    assertRefused(drawing.getFileName().toString(), "make the set anew");
    Files.writeString(index, "{\"hex\":");
    assertRefused("emoji.jsonl", "the line '{\"hex\":'", "chiaroscuro dataset openmoji");
    Files.writeString(index, "");
    assertRefused("emoji.jsonl", "names no emoji");
    Files.delete(index);
    assertRefused("emoji.jsonl", "no such file");
  }

  private void assertRefused(String... words) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> DrawnEmoji.read(folder))
        .satisfies(e -> assertThat(e.getMessage()).contains(words).doesNotContain("\n"));
  }
}
