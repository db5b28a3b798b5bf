package io.chiaroscuro.training.data;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/**
 * Tells apart what a cache was made from: the first {@value #DIGITS} hexadecimal digits of SHA-256.
 */
final class Fingerprint {

  static final int DIGITS = 16;

  private static final int CHUNK = 1 << 24;

  private Fingerprint() {}

  static String of(String text) {
    return digits(sha256(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Over every tensor's name and bytes, in the type they compute in. */
  static String of(Weights weights) {
    MessageDigest digest = sha256(new byte[0]);
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              digest.update((name + " " + DType.of(tensor)).getBytes(StandardCharsets.UTF_8));
              update(digest, tensor);
            });
    return digits(digest);
  }

  private static void update(MessageDigest digest, Tensor tensor) {
    try (var scope = new TensorScope()) {
      Tensor host = Tensors.to(tensor.detach(), Device.CPU, DType.of(tensor)).contiguous();
      long length = host.numel() * host.element_size();
      BytePointer bytes = new BytePointer(host.data_ptr());
      for (long start = 0; start < length; start += CHUNK) {
        digest.update(bytes.position(start).limit(Math.min(length, start + CHUNK)).asByteBuffer());
      }
    }
  }

  private static String digits(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
  }

  private static MessageDigest sha256(byte[] start) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(start);
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
