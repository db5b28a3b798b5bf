package io.chiaroscuro.pickle;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;

/**
 * The ZIP archive that {@code torch.save} writes. Its records lie in it as they are, so that they
 * can be mapped into memory; a compressed one, and with it every bomb, is refused, as is a record
 * that claims bytes which the file does not have.
 */
final class Archive {

  private static final String PICKLE = "/data.pkl";
  private static final String STORAGES = "/data/";

  private final FileChannel channel;
  private final Refusals refusals;
  private final Map<String, Stretch> records = new LinkedHashMap<>();

  private Archive(FileChannel channel, ZipFile directory, Refusals refusals) throws IOException {
    this.channel = channel;
    this.refusals = refusals;
    for (ZipArchiveEntry entry : Collections.list(directory.getEntries())) {
      if (records.put(entry.getName(), stretch(entry)) != null) {
        throw refusals.broken("it has two records '%s'".formatted(entry.getName()));
      }
    }
  }

  /**
   * Reads directory and pickle.
   *
   * @throws InvalidInputException if it is none of PyTorch's, lies about itself, or would run code
   */
  static SavedObject read(Path path, Refusals refusals) {
    try (FileChannel channel = FileChannel.open(path);
        ZipFile directory = ZipFile.builder().setSeekableByteChannel(channel).get()) {
      return new Archive(channel, directory, refusals).read();
    } catch (IOException | IllegalArgumentException e) {
      throw refusals.broken("its ZIP directory cannot be read (%s)".formatted(e.getMessage()), e);
    }
  }

  private Stretch stretch(ZipArchiveEntry entry) throws IOException {
    long begin = entry.getDataOffset();
    long bytes = entry.getSize();
    if (entry.getMethod() != ZipMethod.STORED.getCode()
        || bytes != entry.getCompressedSize()
        || entry.getGeneralPurposeBit().usesEncryption()) {
      throw refusals.broken(
          "its record '%s' is compressed or encrypted".formatted(entry.getName()));
    }
    if (begin < 0 || bytes < 0 || bytes > channel.size() - begin) {
      throw refusals.broken(
          "its record '%s' claims %d bytes from byte %d on, the file has %d"
              .formatted(entry.getName(), bytes, begin, channel.size()));
    }
    return new Stretch(begin, bytes);
  }

  private SavedObject read() throws IOException {
    String root = root();
    Stretch byteOrder = records.get(root + "/byteorder");
    if (byteOrder != null
        && !StandardCharsets.US_ASCII.decode(content(byteOrder)).toString().equals("little")) {
      throw refusals.broken("its numbers are not little-endian");
    }
    Object value = new PickleMachine(content(records.get(root + PICKLE)), refusals).run();
    Map<String, Stretch> storages = new LinkedHashMap<>();
    records.forEach(
        (name, stretch) -> {
          if (name.startsWith(root + STORAGES)) {
            storages.put(name.substring(root.length() + STORAGES.length()), stretch);
          }
        });
    return new SavedObject(value, channel.size(), storages);
  }

  /** The folder in which everything lies, named like the file that was saved. */
  private String root() {
    return records.keySet().stream()
        .filter(name -> name.indexOf('/') == name.lastIndexOf('/') && name.endsWith(PICKLE))
        .findFirst()
        .map(name -> name.substring(0, name.length() - PICKLE.length()))
        .orElseThrow(() -> refusals.broken("it is a ZIP archive without a data.pkl"));
  }

  private ByteBuffer content(Stretch record) throws IOException {
    if (record.size() > Stretch.MAX_READ) {
      throw refusals.broken("what describes its tensors takes %d bytes".formatted(record.size()));
    }
    return record.read(channel);
  }
}
