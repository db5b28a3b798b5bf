package io.chiaroscuro.pickle;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code torch.save} wrote before PyTorch 1.6: five pickles one after another, a magic number,
 * the format's version, what is said of the system, the object, and the keys of its storages; then
 * of each storage in that order the number of its elements and these.
 */
final class LegacyFormat {

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final Long VERSION = 1001L;

  private final FileChannel channel;
  private final Refusals refusals;
  private final ByteBuffer pickles;

  private LegacyFormat(FileChannel channel, Refusals refusals) throws IOException {
    this.channel = channel;
    this.refusals = refusals;
    // They say themselves where they end.
    long most = Math.min(channel.size(), Stretch.MAX_READ);
    this.pickles = new Stretch(0, most).read(channel);
  }

  /**
   * @throws InvalidInputException if it is malformed, or would run code
   */
  static SavedObject read(Path path, Refusals refusals) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      return new LegacyFormat(channel, refusals).read();
    }
  }

  private SavedObject read() throws IOException {
    if (!MAGIC.equals(next().run()) || !VERSION.equals(next().run())) {
      throw refusals.broken("it is a pickle, but none that torch.save wrote");
    }
    if (!(next().run() instanceof Map<?, ?> system)
        || !Boolean.TRUE.equals(system.get("little_endian"))) {
      throw refusals.broken("its numbers are not little-endian");
    }
    PickleMachine machine = next();
    Object value = machine.run();
    return new SavedObject(value, channel.size(), storages(machine.storages()));
  }

  private PickleMachine next() {
    return new PickleMachine(pickles, refusals);
  }

  private Map<String, Stretch> storages(Map<String, Storage> described) throws IOException {
    if (!(next().run() instanceof List<?> keys)) {
      throw refusals.broken("it does not list its storages");
    }
    Map<String, Stretch> storages = new LinkedHashMap<>();
    long position = pickles.position();
    for (Object key : keys) {
      Storage storage = described.get(key);
      if (storage == null) {
        throw refusals.broken("it lists the storage '%s', which no tensor uses".formatted(key));
      }
      Stretch stretch = stretch(storage, position);
      storages.put(storage.key(), stretch);
      position = stretch.begin() + stretch.size();
    }
    return storages;
  }

  private Stretch stretch(Storage storage, long position) throws IOException {
    ByteBuffer count = new Stretch(position, Long.BYTES).read(channel);
    if (count.remaining() < Long.BYTES || count.getLong() != storage.count()) {
      throw refusals.broken(
          "the storage '%s' does not have %d elements".formatted(storage.key(), storage.count()));
    }
    long begin = position + Long.BYTES;
    int elementSize =
        storage
            .dtype()
            .orElseThrow(
                () ->
                    refusals.broken(
                        "it is in the format of before version 1.6 and has a %s, of which that does not tell the length"
                            .formatted(storage.type())))
            .byteSize();
    if (storage.count() < 0 || storage.count() > (channel.size() - begin) / elementSize) {
      throw refusals.broken(
          "the storage '%s' of %d elements is longer than the file"
              .formatted(storage.key(), storage.count()));
    }
    return new Stretch(begin, storage.count() * elementSize);
  }
}
