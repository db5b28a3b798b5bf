package io.chiaroscuro.pickle;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.MappedBytes;
import io.chiaroscuro.tensor.StoredTensor;
import io.chiaroscuro.tensor.TensorFile;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A file of {@code torch.save}: {@code .bin}, {@code .pt}, {@code .ckpt}. It is a program for
 * Python's pickle machine; here it is only taken apart, see {@link PickleMachine}.
 *
 * <p>Tensors within mappings within mappings are named by the path to them, with dots; what lies
 * under {@code state_dict}, as trainers nest it, is named as if it lay at the top. Texts, numbers
 * and flags on the way are {@link #metadata}, {@code global_step} for example.
 */
public final class PickleFile implements TensorFile {

  private static final String STATE_DICT = "state_dict";

  /** Mappings share their contents, so that a small pickle could ask for endless names. */
  private static final int MAX_CHARACTERS_OF_NAMES = 1 << 24;

  /**
   * @param stretch where the storage of it lies
   */
  private record Entry(String name, DType dtype, TensorRecipe recipe, Stretch stretch)
      implements StoredTensor {

    @Override
    public long[] shape() {
      return recipe.shape().clone();
    }
  }

  private final Path path;
  private final Refusals refusals;
  private final MappedBytes bytes;
  private final Map<String, Stretch> storages;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> foreignTensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private long charactersOfNames;

  private PickleFile(Path path, SavedObject saved) {
    this.path = path;
    this.refusals = new Refusals(path);
    this.bytes = new MappedBytes(path, saved.fileSize());
    this.storages = saved.storages();
    collect(saved.value());
  }

  /**
   * Follows the pickle and checks what it says of its tensors; none is read yet.
   *
   * @throws InvalidInputException if the file is missing, damaged, or would run code
   */
  public static PickleFile open(Path path) {
    return new PickleFile(path, SavedObject.read(path));
  }

  private record Named(String name, Map<?, ?> map) {}

  /** Every mapping is visited once, so that one which holds itself ends nowhere but here. */
  private void collect(Object content) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Named> open = new ArrayDeque<>();
    open(open, seen, "", content);
    if (open.isEmpty()) {
      throw refusals.broken("it holds no mapping from names to tensors");
    }
    while (!open.isEmpty()) {
      Named next = open.pop();
      next.map()
          .forEach((key, value) -> collect(open, seen, joined(next.name(), (String) key), value));
    }
  }

  private String joined(String prefix, String key) {
    charactersOfNames += prefix.length() + key.length();
    if (charactersOfNames > MAX_CHARACTERS_OF_NAMES) {
      throw refusals.broken(
          "its names have more than %d characters".formatted(MAX_CHARACTERS_OF_NAMES));
    }
    return prefix + key;
  }

  private void collect(Deque<Named> open, Set<Object> seen, String name, Object value) {
    if (value instanceof TensorRecipe recipe) {
      add(name, recipe);
    } else if (value instanceof String || value instanceof Long || value instanceof Boolean) {
      metadata.put(name, value.toString());
    } else if (value instanceof Double number) {
      metadata.put(name, number.toString());
    } else {
      open(open, seen, name.equals(STATE_DICT) ? "" : name + ".", value);
    }
  }

  private static void open(Deque<Named> open, Set<Object> seen, String prefix, Object value) {
    Object mapping = value instanceof Inert inert ? inert.state() : value;
    if (mapping instanceof Map<?, ?> map && seen.add(map)) {
      open.add(new Named(prefix, map));
    }
  }

  private void add(String name, TensorRecipe recipe) {
    Storage storage = recipe.storage();
    Optional<DType> dtype = storage.dtype();
    if (dtype.isEmpty()) {
      foreignTensors.putIfAbsent(name, storage.type());
      return;
    }
    Stretch stretch = storages.get(storage.key());
    if (stretch == null) {
      throw refusals.broken(
          "the storage '%s' of tensor '%s' is missing".formatted(storage.key(), name));
    }
    if (storage.count() > stretch.size()
        || storage.count() * dtype.get().byteSize() != stretch.size()) {
      throw refusals.broken(
          "tensor '%s' needs %d elements of %s, its storage has %d bytes"
              .formatted(name, storage.count(), dtype.get(), stretch.size()));
    }
    entries.putIfAbsent(name, new Entry(name, dtype.get(), recipe, stretch));
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Map<String, ? extends StoredTensor> entries() {
    return Collections.unmodifiableMap(entries);
  }

  @Override
  public Map<String, String> foreignTensors() {
    return Collections.unmodifiableMap(foreignTensors);
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  @Override
  public Tensor tensor(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new InvalidInputException(
          foreignTensors.containsKey(name)
              ? "Tensor '%s' of %s has elements of type %s, which cannot be read; convert it to float32, float16 or bfloat16."
                  .formatted(name, path, foreignTensors.get(name))
              : "%s has no tensor '%s'.".formatted(path, name));
    }
    TensorRecipe recipe = entry.recipe();
    try (var scope = new TensorScope()) {
      if (recipe.isContiguous()) {
        long begin = entry.stretch().begin() + recipe.offset() * entry.dtype().byteSize();
        return scope.keep(bytes.view(entry.dtype(), begin, recipe.count()).view(recipe.shape()));
      }
      Tensor whole = bytes.view(entry.dtype(), entry.stretch().begin(), recipe.storage().count());
      return scope.keep(
          whole.as_strided(
              recipe.shape(),
              recipe.strides(),
              new LongOptional(whole.storage_offset() + recipe.offset())));
    }
  }

  @Override
  public void close() {
    bytes.close();
  }
}
