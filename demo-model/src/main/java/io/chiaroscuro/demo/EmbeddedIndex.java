package io.chiaroscuro.demo;

import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What files there are inside the product, since a jar's folders cannot be listed: a line for each
 * with its SHA-256, its size in bytes and its path.
 */
record EmbeddedIndex(List<Entry> entries) {

  /** Its file, beside what it lists. */
  static final String FILE = "index.txt";

  private static final int HASH_DIGITS = 12;

  /**
   * @param path with slashes, from where the index lies
   */
  record Entry(String sha256, long size, String path) {

    private static Entry parse(String line) {
      String[] columns = line.split(" ", 3);
      return new Entry(columns[0], Long.parseLong(columns[1]), columns[2]);
    }

    @Override
    public String toString() {
      return "%s %d %s".formatted(sha256, size, path);
    }
  }

  EmbeddedIndex {
    entries = List.copyOf(entries);
  }

  /** Lists what lies in {@code folder} and below. */
  static EmbeddedIndex of(Path folder) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String path = folder.relativize(file).toString().replace('\\', '/');
        if (!path.equals(FILE)) {
          byte[] content = Files.readAllBytes(file);
          entries.add(new Entry(hexadecimal(sha256().digest(content)), content.length, path));
        }
      }
    }
    return new EmbeddedIndex(entries);
  }

  static EmbeddedIndex read(InputStream text) throws IOException {
    return new EmbeddedIndex(
        new String(text.readAllBytes(), StandardCharsets.UTF_8).lines().map(Entry::parse).toList());
  }

  void write(Path folder) {
    AtomicFile.write(folder.resolve(FILE), temporary -> Files.writeString(temporary, text()));
  }

  /** A file of that path, or what lies in the folder of that path. */
  List<Entry> below(String path) {
    return entries.stream()
        .filter(entry -> entry.path.equals(path) || entry.path.startsWith(path + "/"))
        .toList();
  }

  long bytes() {
    return entries.stream().mapToLong(Entry::size).sum();
  }

  /** A short name for exactly these files. */
  String hash() {
    return hexadecimal(sha256().digest(text().getBytes(StandardCharsets.UTF_8)))
        .substring(0, HASH_DIGITS);
  }

  static String hexadecimal(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  private String text() {
    return entries.stream().map(entry -> entry + "\n").collect(Collectors.joining());
  }
}
