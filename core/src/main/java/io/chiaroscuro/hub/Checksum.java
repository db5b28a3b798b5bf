package io.chiaroscuro.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** What the hub names contents by: SHA-256 of large files, git's own SHA-1 of the others. */
enum Checksum {
  SHA256("SHA-256", 64) {
    @Override
    void begin(MessageDigest digest, long size) {
      // Nothing but the content counts.
    }
  },
  GIT_BLOB("SHA-1", 40) {
    @Override
    void begin(MessageDigest digest, long size) {
      digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
    }
  };

  private static final int BUFFER = 1 << 20;

  private final String algorithm;
  private final int digits;

  Checksum(String algorithm, int digits) {
    this.algorithm = algorithm;
    this.digits = digits;
  }

  /** The kind that an ETag is; empty where it is just a name, as mirrors make some up. */
  static Optional<Checksum> of(String etag) {
    for (Checksum checksum : values()) {
      if (etag.matches("[0-9a-f]{" + checksum.digits + "}")) {
        return Optional.of(checksum);
      }
    }
    return Optional.empty();
  }

  abstract void begin(MessageDigest digest, long size);

  /** The file's own, in hexadecimal digits. */
  String of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      begin(digest, Files.size(file));
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every Java has both.
    }
  }

  @Override
  public String toString() {
    return algorithm;
  }
}
