package io.chiaroscuro.checkpoint;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.pickle.PickleFile;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.TensorFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files of tensors in whatever format people keep them. */
public final class TensorFiles {

  private static final List<String> PICKLES = List.of(".ckpt", ".pt", ".pth", ".bin");

  /** How pickles start, of which PyTorch's files consisted before version 1.6. */
  private static final byte LEGACY = (byte) 0x80;

  private TensorFiles() {}

  /** Whether a file of that name can be expected to be one. */
  public static boolean isNamedLikeOne(Path path) {
    String name = path.toString();
    return name.endsWith(".safetensors") || PICKLES.stream().anyMatch(name::endsWith);
  }

  /**
   * Opens a file by what it is, since people rename them: safetensors, or what {@code torch.save}
   * wrote.
   *
   * @throws InvalidInputException if it is neither, or damaged, or would run code
   */
  public static TensorFile open(Path path) {
    return isPickle(path) ? PickleFile.open(path) : SafetensorsFile.open(path);
  }

  /** By the marks with which archives and pickles start; failing that by its name. */
  private static boolean isPickle(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] start = in.readNBytes(9);
      boolean isArchive = start.length > 1 && start[0] == 'P' && start[1] == 'K';
      boolean isSafetensors = start.length > 8 && start[8] == '{';
      boolean isLegacy = start.length > 0 && start[0] == LEGACY;
      return isArchive
          || !isSafetensors && (isLegacy || PICKLES.stream().anyMatch(path.toString()::endsWith));
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check the path and its permissions."
              .formatted(path, Files.isDirectory(path) ? "it is a folder" : AtomicFile.reason(e)),
          e);
    }
  }
}
