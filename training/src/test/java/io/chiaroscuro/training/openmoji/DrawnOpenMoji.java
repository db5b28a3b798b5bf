package io.chiaroscuro.training.openmoji;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A stand-in for OpenMoji where its package is absent: every emoji a disc of its own colour. */
final class DrawnOpenMoji {

  private DrawnOpenMoji() {}

  /** The package's files, as OpenMoji lays them out. */
  static Map<String, byte[]> files() {
    Map<String, byte[]> files = new TreeMap<>();
    for (Emoji emoji : Emoji.ALL) {
      int color = emoji.hexcode().hashCode() & 0xffffff;
      files.put(
          "package/color/svg/%s.svg".formatted(emoji.hexcode()),
          svg("<circle cx='30' cy='40' r='20' fill='#%06x' stroke='#000'/>".formatted(color)));
      files.put(
          "package/black/svg/%s.svg".formatted(emoji.hexcode()),
          svg("<circle cx='30' cy='40' r='20' fill='none' stroke='#000' stroke-width='2'/>"));
    }
    return files;
  }

  static byte[] svg(String content) {
    return "<svg viewBox='0 0 72 72' xmlns='http://www.w3.org/2000/svg'>%s</svg>"
        .formatted(content)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Writes {@code files} as npm packs them. */
  static Path pack(Path tgz, Map<String, byte[]> files) throws IOException {
    try (OutputStream out = Files.newOutputStream(tgz);
        var tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      for (var file : files.entrySet()) {
        var entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return tgz;
  }

  /** Writes {@code files} below a folder. */
  static Path unpack(Path folder, Map<String, byte[]> files) throws IOException {
    for (var file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    return folder;
  }
}
