package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;

/**
 * Learnt words as files: as diffusers writes them, one tensor named as its token; as
 * AUTOMATIC1111's web UI does, where names say what a tensor is and the token is told beside it or
 * is the file's name; for two text encoders, {@code clip_l} and {@code clip_g}; and beside a LoRA,
 * in one file with it.
 */
public final class EmbeddingFile {

  /** What diffusers looks for in a folder, and what its older versions wrote. */
  private static final List<String> NAMES = List.of(LearnedEmbedding.NAME, "learned_embeds.bin");

  /** A tensor that is a word's, and which text encoder's: the token is told elsewhere. */
  private static final Map<String, Integer> ENCODERS =
      Map.of(
          "string_to_param.*", 0,
          "string_to_param._parameters.*", 0,
          "emb_params", 0,
          "emp_params", 0,
          "clip_l", 0,
          "clip_g", 1);

  /** Words in a LoRA's file, as kohya's successors bundle them. */
  private static final Pattern BUNDLED = Pattern.compile("bundle_emb\\.(.+?)\\.(" + kinds() + ")");

  /** How cloneofsimo's program marks a word in its LoRA's metadata. */
  private static final String CLONEOFSIMO = "<embed>";

  private EmbeddingFile() {}

  private static String kinds() {
    return String.join("|", ENCODERS.keySet().stream().map(Pattern::quote).toList());
  }

  /**
   * Reads all words of a file.
   *
   * @param path a file, or a folder with {@value LearnedEmbedding#NAME} in it
   * @return at least one, float32 on the CPU, to be closed by the caller
   * @throws InvalidInputException if it is damaged or holds something else
   */
  public static List<LearnedEmbedding> read(Path path) {
    return read(path, Optional.empty());
  }

  /**
   * As above.
   *
   * @param otherToken a placeholder in place of the file's own
   * @throws InvalidInputException also if there are several words to share it
   */
  public static List<LearnedEmbedding> read(Path path, Optional<String> otherToken) {
    try (var file = AdapterFile.open(file(path))) {
      Map<String, Map<Integer, String>> words = words(file);
      if (words.isEmpty()) {
        words = theOnly(file);
      }
      if (otherToken.isPresent()) {
        words = renamed(file, words, otherToken.get());
      }
      return read(file, words);
    }
  }

  /**
   * The file itself, or that of a folder.
   *
   * @throws InvalidInputException if there is none
   */
  public static Path file(Path path) {
    Path file =
        NAMES.stream()
            .map(path::resolve)
            .filter(Files::isRegularFile)
            .findFirst()
            .orElse(Files.isDirectory(path) ? path.resolve(LearnedEmbedding.NAME) : path);
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          "%s does not exist; give an embedding's file, or a folder with %s."
              .formatted(file, LearnedEmbedding.NAME));
    }
    return file;
  }

  /**
   * The words that lie in a LoRA's file beside it.
   *
   * @param path a file, or a folder with a LoRA's
   * @return as a rule none; to be closed by the caller
   * @throws InvalidInputException if it is damaged
   */
  public static List<LearnedEmbedding> readBesideLora(Path path) {
    List<LearnedEmbedding> all = new ArrayList<>();
    try {
      for (Path location : LoraFile.files(path)) {
        try (var file = AdapterFile.open(location)) {
          all.addAll(read(file, bundled(file)));
        }
      }
      return all;
    } catch (RuntimeException e) {
      all.forEach(LearnedEmbedding::close);
      throw e;
    }
  }

  /**
   * The tensors' names by token and text encoder; empty where there are no words, as far as names
   * and shapes tell.
   */
  static Map<String, Map<Integer, String>> tensors(AdapterFile file) {
    Map<String, Map<Integer, String>> words = words(file);
    if (words.isEmpty() && file.names().size() == 1) {
      String only = file.names().iterator().next();
      boolean likeVectors =
          !only.contains(".")
              && file.shape(only).filter(s -> s.length == 1 || s.length == 2).isPresent();
      return likeVectors ? Map.of(only, Map.of(0, only)) : Map.of();
    }
    return words;
  }

  /** The names of a LoRA's tensors that are no part of it but words. */
  static Set<String> tensorsOfWords(AdapterFile file) {
    Set<String> names = new LinkedHashSet<>();
    bundled(file).values().forEach(tensors -> names.addAll(tensors.values()));
    return names;
  }

  /** The tensors' names by token and text encoder; empty where nothing but their number tells. */
  private static Map<String, Map<Integer, String>> words(AdapterFile file) {
    Map<String, Map<Integer, String>> words = new LinkedHashMap<>(bundled(file));
    for (String name : file.names()) {
      if (ENCODERS.containsKey(name)) {
        add(words, file, tokenOf(file), ENCODERS.get(name), name);
      }
    }
    return words;
  }

  private static Map<String, Map<Integer, String>> bundled(AdapterFile file) {
    Map<String, Map<Integer, String>> words = new LinkedHashMap<>();
    for (String name : file.names()) {
      Matcher matcher = BUNDLED.matcher(name);
      if (matcher.matches()) {
        add(words, file, matcher.group(1), ENCODERS.get(matcher.group(2)), name);
      } else if (CLONEOFSIMO.equals(file.metadata().get(name))) {
        add(words, file, name, 0, name);
      }
    }
    return words;
  }

  private static void add(
      Map<String, Map<Integer, String>> words,
      AdapterFile file,
      String token,
      int encoder,
      String name) {
    String twin = words.computeIfAbsent(token, t -> new TreeMap<>()).put(encoder, name);
    if (twin != null) {
      throw new InvalidInputException(
          "%s has two tensors for one word, '%s' and '%s'; write it again with one of them."
              .formatted(file.path(), twin, name));
    }
  }

  /** AUTOMATIC1111's files are known by their own name, but older ones were given another. */
  private static String tokenOf(AdapterFile file) {
    String own = file.metadata().getOrDefault("name", "");
    return own.isBlank() ? file.path().getFileName().toString().replaceFirst("\\.[^.]*$", "") : own;
  }

  /** diffusers: the tensor's name is the token. */
  private static Map<String, Map<Integer, String>> theOnly(AdapterFile file) {
    if (file.names().size() != 1) {
      throw new InvalidInputException(
          "%s holds %d tensors (%s), but an embedding is one, named as its token, or those that AUTOMATIC1111 writes; take the file that textual inversion wrote."
              .formatted(
                  file.path(),
                  file.names().size(),
                  file.names().isEmpty() ? "none" : LoraNames.listing(List.copyOf(file.names()))));
    }
    String token = file.names().iterator().next();
    return Map.of(token, Map.of(0, token));
  }

  private static Map<String, Map<Integer, String>> renamed(
      AdapterFile file, Map<String, Map<Integer, String>> words, String token) {
    if (words.size() > 1) {
      throw new InvalidInputException(
          "%s holds %d words (%s), which cannot all be called '%s'; leave the name away."
              .formatted(
                  file.path(),
                  words.size(),
                  LoraNames.listing(List.copyOf(words.keySet())),
                  token));
    }
    return Map.of(token, words.values().iterator().next());
  }

  private static List<LearnedEmbedding> read(
      AdapterFile file, Map<String, Map<Integer, String>> words) {
    List<LearnedEmbedding> embeddings = new ArrayList<>();
    try {
      words.forEach((token, tensors) -> embeddings.add(read(file, token, tensors)));
      return embeddings;
    } catch (RuntimeException e) {
      embeddings.forEach(LearnedEmbedding::close);
      throw e;
    }
  }

  private static LearnedEmbedding read(
      AdapterFile file, String token, Map<Integer, String> tensors) {
    try (var scope = new TensorScope()) {
      List<Tensor> vectors = new ArrayList<>();
      for (int encoder = 0; encoder < tensors.size(); encoder++) {
        if (!tensors.containsKey(encoder)) {
          throw new InvalidInputException(
              "%s has '%s' for the second text encoder and none for the first; write it again with both."
                  .formatted(file.path(), tensors.values().iterator().next()));
        }
        vectors.add(vectors(file, tensors.get(encoder)));
      }
      if (vectors.stream().mapToLong(v -> v.size(0)).distinct().count() > 1) {
        throw new InvalidInputException(
            "%s has another number of vectors for each text encoder; write it again."
                .formatted(file.path()));
      }
      return new LearnedEmbedding(token, vectors.stream().map(scope::own).toList());
    }
  }

  /** (n, hiddenSize), kept in the caller's scope. */
  private static Tensor vectors(AdapterFile file, String name) {
    try (var scope = new TensorScope()) {
      Tensor stored = file.tensor(name);
      if (!DType.of(stored).isFloatingPoint()
          || stored.dim() < 1
          || stored.dim() > 2
          || stored.numel() == 0
          || !Tensors.isFinite(stored)) {
        throw new InvalidInputException(
            "In %s the tensor is %s of shape %s; an embedding is one or several vectors of finite numbers."
                .formatted(file.path(), DType.of(stored), Arrays.toString(Tensors.shape(stored))));
      }
      Tensor vectors = stored.reshape(-1, stored.size(-1));
      return scope.keep(Tensors.to(vectors, Device.CPU, DType.FLOAT32));
    }
  }
}
