package io.chiaroscuro.cli.examples;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What tells one file's content from another's. */
final class FileHash {

  private FileHash() {}

  /** SHA-256, in hexadecimal digits. */
  static String of(Path file) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s).".formatted(file, AtomicFile.reason(e)), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }
}
