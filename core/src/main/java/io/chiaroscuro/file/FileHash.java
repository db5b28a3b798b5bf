package io.chiaroscuro.file;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What tells one file's content from another's. */
public final class FileHash {

  private FileHash() {}

  /**
   * SHA-256, in hexadecimal digits.
   *
   * @throws InvalidInputException if the file cannot be read
   */
  public static String of(Path file) {
    try (var in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); give a file that can be read."
              .formatted(file, AtomicFile.reason(e)),
          e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }
}
