package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  @TempDir Path folder;

  @Test
  void listsImagesBelowInTheOrderOfTheirNames() throws Exception {
    Files.createDirectories(folder.resolve("b/c"));
    for (String name :
        new String[] {"z.PNG", "a.jpg", "b/c/1.webp", "b/0.tiff", "notes.txt", ".hidden.jpg"}) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(ImageFolder.list(folder))
        .extracting(file -> folder.relativize(file).toString().replace('\\', '/'))
        .containsExactly("a.jpg", "b/0.tiff", "b/c/1.webp", "z.PNG");
  }

  @Test
  void aSingleFileIsAListOfOne() throws Exception {
    Path file = Files.createFile(folder.resolve("photograph"));
    assertThat(ImageFolder.list(file)).containsExactly(file);
  }

  @Test
  void missingOrEmptyFoldersAreNamed() {
    assertThatThrownBy(() -> ImageFolder.list(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none");
    assertThatThrownBy(() -> ImageFolder.list(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds no image");
  }
}
