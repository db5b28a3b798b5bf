package io.chiaroscuro.pickle;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows the instructions of a pickle as far as files of weights use them, and builds nothing but
 * data: numbers, texts, lists, tuples ({@code Object[]}), mappings, {@link TensorRecipe}s, and
 * {@link Inert} things for the rest. No name is looked up, no code is run. A name that weights have
 * no need of ends it.
 *
 * <p>Every instruction takes at least a byte and adds at most one thing, so a pickle cannot demand
 * more memory than in proportion to its length. Mappings keep text keys only: whatever else is a
 * key, no tensor is named by it.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">The
 *     instructions</a>
 */
final class PickleMachine {

  private static final int MAX_AXES = 64;

  private final ByteBuffer code;
  private final Refusals refusals;
  private final Map<Integer, Object> memo = new HashMap<>();
  private final Map<String, Storage> storages = new HashMap<>();
  private final Deque<List<Object>> marked = new ArrayDeque<>();
  private List<Object> stack = new ArrayList<>();

  /**
   * @param code little-endian, backed by an array from its first byte on; the pickle begins at the
   *     buffer's position, which is behind the pickle when it has run
   */
  PickleMachine(ByteBuffer code, Refusals refusals) {
    this.code = code;
    this.refusals = refusals;
  }

  /** What the pickle stands for. */
  Object run() {
    while (true) {
      int instruction = need(1).get() & 0xff;
      if (instruction == '.') {
        return pop();
      }
      step(instruction);
    }
  }

  /** Those that the pickle mentions, by their keys. */
  Map<String, Storage> storages() {
    return storages;
  }

  private void step(int instruction) {
    switch (instruction) {
      case 0x80 -> requireProtocol(unsignedByte());
      case 0x95 -> need(8).getLong(); // FRAME: a hint for readers from streams
      case '(' -> {
        marked.push(stack);
        stack = new ArrayList<>();
      }
      case '0' -> pop();
      case '1' -> popMark();
      case '2' -> push(top());
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) need(4).getInt());
      case 'K' -> push((long) unsignedByte());
      case 'M' -> push((long) (need(2).getShort() & 0xffff));
      case 0x8a -> push(integer(bytes(unsignedByte())));
      case 'G' -> push(bigEndianDouble());
      case 'X' -> push(text(length4()));
      case 0x8c -> push(text(unsignedByte()));
      case 'T', 'B' -> push(latin(length4()));
      case 'U', 'C' -> push(latin(unsignedByte()));
      case '}' -> push(new LinkedHashMap<String, Object>());
      case 'd' -> push(put(new LinkedHashMap<String, Object>(), popMark()));
      case ']', 0x8f -> push(new ArrayList<Object>());
      case 'l', 0x91 -> push(new ArrayList<>(popMark()));
      case ')' -> push(new Object[0]);
      case 't' -> push(popMark().toArray());
      case 0x85 -> push(popLast(1));
      case 0x86 -> push(popLast(2));
      case 0x87 -> push(popLast(3));
      case 'a' -> append(Arrays.asList(popLast(1)));
      case 'e', 0x90 -> append(popMark());
      case 's' -> {
        Object[] item = popLast(2);
        put(top(), Arrays.asList(item));
      }
      case 'u' -> {
        List<Object> items = popMark();
        put(top(), items);
      }
      case 'q' -> memo.put(unsignedByte(), top());
      case 'r' -> memo.put(length4(), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'h' -> push(recall(unsignedByte()));
      case 'j' -> push(recall(length4()));
      case 'c' -> push(global(line(), line()));
      case 0x93 -> {
        Object[] names = popLast(2);
        push(global(as(String.class, names[0]), as(String.class, names[1])));
      }
      case 'Q' -> push(outside(pop()));
      case 'R', 0x81 -> {
        Object[] call = popLast(2);
        push(made(as(Global.class, call[0]), as(Object[].class, call[1])));
      }
      case 'b' -> {
        Object state = pop();
        setState(top(), state);
      }
      default ->
          throw refusals.broken(
              "it has the instruction 0x%02x, which no weights need".formatted(instruction));
    }
  }

  private Global global(String module, String name) {
    Global global = new Global(module, name);
    if (!global.isExpected()) {
      throw refusals.program(global);
    }
    return global;
  }

  /** What calling {@code global} would have made, if it is part of a tensor. */
  private Object made(Global global, Object[] arguments) {
    return switch (global.toString()) {
      case "collections.OrderedDict" -> orderedDict(arguments);
      case "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor_v3" ->
          tensor(arguments);
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
          argument(arguments, 0, Object.class);
      default -> Inert.of(global);
    };
  }

  /** Python 2 hands the items over as a list of pairs, Python 3 sets them afterwards. */
  private Map<String, Object> orderedDict(Object[] arguments) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (arguments.length > 0) {
      for (Object item : argument(arguments, 0, List.class)) {
        Object[] pair = item instanceof List<?> list ? list.toArray() : as(Object[].class, item);
        if (pair.length != 2) {
          throw refusals.broken("an item of a dictionary is no pair");
        }
        put(map, Arrays.asList(pair));
      }
    }
    return map;
  }

  private TensorRecipe tensor(Object[] arguments) {
    TensorRecipe recipe =
        new TensorRecipe(
            argument(arguments, 0, Storage.class),
            argument(arguments, 1, Long.class),
            longs(argument(arguments, 2, Object[].class)),
            longs(argument(arguments, 3, Object[].class)));
    if (!recipe.fits()) {
      throw refusals.broken(
          "a tensor of shape %s does not fit its %d stored elements"
              .formatted(Arrays.toString(recipe.shape()), recipe.storage().count()));
    }
    return recipe;
  }

  private long[] longs(Object[] values) {
    if (values.length > MAX_AXES) {
      throw refusals.broken("a tensor has %d axes".formatted(values.length));
    }
    long[] longs = new long[values.length];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = as(Long.class, values[i]);
    }
    return longs;
  }

  /**
   * What {@code torch.save} does not leave to the pickle: storages, and once classes of modules.
   */
  private Object outside(Object id) {
    Object[] parts = as(Object[].class, id);
    return switch (argument(parts, 0, String.class)) {
      case "storage" -> storage(parts);
      case "module" -> argument(parts, 1, Global.class); // Beside it lies its source text.
      default -> throw refusals.broken("it refers to something that is no storage");
    };
  }

  private Storage storage(Object[] parts) {
    if (parts.length > 5 && parts[5] != null) {
      throw refusals.broken("it has a part of a storage, as PyTorch wrote before version 0.4");
    }
    Storage storage =
        new Storage(
            argument(parts, 1, Global.class).name(),
            argument(parts, 2, String.class),
            argument(parts, 4, Long.class));
    storages.put(storage.key(), storage);
    return storage;
  }

  /** Attributes of what is data here mean nothing. */
  private static void setState(Object target, Object state) {
    Object named = state instanceof Object[] pair && pair.length == 2 ? pair[0] : state;
    if (target instanceof Inert inert && named instanceof Map<?, ?> map) {
      map.forEach((name, value) -> inert.state().put((String) name, value));
    }
  }

  private Object put(Object target, List<Object> items) {
    Map<String, Object> map = mapping(target);
    if (items.size() % 2 != 0) {
      throw refusals.broken("a dictionary has a key without a value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      if (items.get(i) instanceof String key) {
        map.put(key, items.get(i + 1));
      }
    }
    return target;
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> mapping(Object target) {
    return target instanceof Inert inert ? inert.state() : as(Map.class, target);
  }

  @SuppressWarnings("unchecked")
  private void append(List<Object> items) {
    if (!(top() instanceof Inert)) {
      as(List.class, top()).addAll(items);
    }
  }

  private Object recall(int index) {
    if (!memo.containsKey(index)) {
      throw refusals.broken("it recalls what it never remembered");
    }
    return memo.get(index);
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object top() {
    if (stack.isEmpty()) {
      throw refusals.broken("it takes what it never put down");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() {
    Object top = top();
    stack.remove(stack.size() - 1);
    return top;
  }

  private Object[] popLast(int count) {
    Object[] values = new Object[count];
    for (int i = count - 1; i >= 0; i--) {
      values[i] = pop();
    }
    return values;
  }

  private List<Object> popMark() {
    if (marked.isEmpty()) {
      throw refusals.broken("it closes what it never opened");
    }
    List<Object> items = stack;
    stack = marked.pop();
    return items;
  }

  private <T> T argument(Object[] arguments, int index, Class<T> type) {
    if (index >= arguments.length) {
      throw refusals.broken("it leaves out what a tensor needs");
    }
    return as(type, arguments[index]);
  }

  private <T> T as(Class<T> type, Object value) {
    if (!type.isInstance(value)) {
      throw refusals.broken(
          "it has %s where a %s belongs"
              .formatted(
                  value == null ? "nothing" : "a " + value.getClass().getSimpleName(),
                  type.getSimpleName()));
    }
    return type.cast(value);
  }

  private ByteBuffer need(int count) {
    if (count < 0 || code.remaining() < count) {
      throw refusals.broken("its instructions end in the middle");
    }
    return code;
  }

  private int unsignedByte() {
    return need(1).get() & 0xff;
  }

  private int length4() {
    return need(4).getInt();
  }

  private byte[] bytes(int count) {
    need(count);
    byte[] bytes = new byte[count];
    code.get(bytes);
    return bytes;
  }

  private String text(int count) {
    return new String(bytes(count), StandardCharsets.UTF_8);
  }

  private String latin(int count) {
    return new String(bytes(count), StandardCharsets.ISO_8859_1);
  }

  /** A line of the pickle, without its end. */
  private String line() {
    int start = code.position();
    while (need(1).get() != '\n') {
      // The end is looked for.
    }
    return new String(code.array(), start, code.position() - 1 - start, StandardCharsets.UTF_8);
  }

  private double bigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(need(8).getLong()));
  }

  /** Two's complement, little-endian; what no {@code long} can hold is no size of anything. */
  private Object integer(byte[] littleEndian) {
    byte[] bytes = new byte[littleEndian.length + 1];
    for (int i = 0; i < littleEndian.length; i++) {
      bytes[littleEndian.length - i] = littleEndian[i];
    }
    if (littleEndian.length > 0 && littleEndian[littleEndian.length - 1] < 0) {
      bytes[0] = -1;
    }
    BigInteger value = new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private void requireProtocol(int protocol) {
    if (protocol > 5) {
      throw refusals.broken("it is of protocol %d, which is none".formatted(protocol));
    }
  }
}
