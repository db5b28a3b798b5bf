package io.chiaroscuro.pickle;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code torch.save} was given, and where it put the elements of the tensors in it.
 *
 * @param value as {@link PickleMachine} understands it
 * @param fileSize of the whole file, in bytes
 * @param storages the bytes of each storage, by its key
 */
record SavedObject(Object value, long fileSize, Map<String, Stretch> storages) {

  /** How a pickle of protocol 2 or later starts. */
  private static final int PROTOCOL = 0x80;

  /**
   * Takes a file apart, in whichever of PyTorch's two formats it is.
   *
   * @throws InvalidInputException if it cannot be read, is in neither, or would run code
   */
  static SavedObject read(Path path) {
    Refusals refusals = new Refusals(path);
    try (InputStream in = Files.newInputStream(path)) {
      int first = in.read();
      if (first == PROTOCOL) {
        return LegacyFormat.read(path, refusals);
      }
      if (first == 'P' && in.read() == 'K') {
        return Archive.read(path, refusals);
      }
      throw refusals.broken("it is no ZIP archive, as torch.save writes it");
    } catch (IOException e) {
      throw refusals.unreadable(e);
    }
  }
}
