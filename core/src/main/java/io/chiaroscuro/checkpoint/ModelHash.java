package io.chiaroscuro.checkpoint;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Tells checkpoints apart without reading gigabytes.
 *
 * <p>The first 16 hexadecimal digits of SHA-256 over, for each network: its folder's name, its
 * {@code config.json}, and of each weights file the name, the size, and {@value #SAMPLES} evenly
 * spaced stretches of {@value #STRETCH} bytes, the first of which lies in the header. Where a
 * checkpoint lies does not matter. Two that differ in a few numbers only may get the same hash;
 * fine-tuned ones differ everywhere.
 */
final class ModelHash {

  private static final int SAMPLES = 64;
  private static final int STRETCH = 4096;
  private static final int DIGITS = 16;

  private ModelHash() {}

  static String of(Checkpoint checkpoint) {
    MessageDigest digest = sha256();
    for (Component component : checkpoint.modelIndex().networks()) {
      digest.update(component.folder().getBytes(StandardCharsets.UTF_8));
      Path config = checkpoint.config(component);
      try {
        digest.update(Files.readAllBytes(config));
        WeightSource source = checkpoint.sources().get(component);
        List<Path> files =
            source == null ? WeightsFolder.files(config.getParent()) : source.files();
        if (files.isEmpty()) {
          digest.update(source.description().getBytes(StandardCharsets.UTF_8));
        }
        for (Path file : files) {
          update(digest, file);
        }
      } catch (IOException e) {
        throw new InvalidInputException(
            "Cannot read %s (%s); check the path and its permissions."
                .formatted(config.getParent(), AtomicFile.reason(e)),
            e);
      }
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      digest.update((file.getFileName() + " " + size).getBytes(StandardCharsets.UTF_8));
      long stride = Math.max(STRETCH, size / SAMPLES);
      for (long position = 0; position < size; position += stride) {
        ByteBuffer stretch = ByteBuffer.allocate(STRETCH);
        channel.read(stretch, position);
        digest.update(stretch.flip());
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
