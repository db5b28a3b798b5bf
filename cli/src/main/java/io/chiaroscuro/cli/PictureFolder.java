package io.chiaroscuro.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the pictures of consecutive seeds are written.
 *
 * @param path the folder
 * @param firstSeed of the first picture; the next has the next
 */
record PictureFolder(Path path, long firstSeed) {

  long seed(int index) {
    return firstSeed + index;
  }

  String name(int index) {
    return "seed-%d".formatted(seed(index));
  }

  /** A file not there yet: pictures of an earlier run are never overwritten. */
  Path free(String name) {
    Path file = path.resolve(name + ".png");
    for (int number = 2; Files.exists(file); number++) {
      file = path.resolve("%s.%d.png".formatted(name, number));
    }
    return file;
  }
}
