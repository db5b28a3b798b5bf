package io.chiaroscuro.adapter;

import io.chiaroscuro.adapter.LoraKey.Part;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What can be known of an adapter's file without the networks it is for.
 *
 * @param format who writes such names
 * @param family of models it seems to be for
 * @param layers how many a LoRA adapts, by network
 * @param ranks of the LoRA
 * @param alphas of the LoRA, those that lie in tensors
 * @param words that it holds, each with the number and the length of its vectors
 */
public record AdapterSummary(
    String format,
    Optional<ModelFamily> family,
    Map<String, Integer> layers,
    SortedSet<Long> ranks,
    SortedSet<Double> alphas,
    Map<String, String> words) {

  /** What labels begin with; the first that fits. */
  private static final Map<String, List<String>> NETWORKS = new LinkedHashMap<>();

  static {
    NETWORKS.put(
        "unet",
        List.of("unet", "lora_unet_", "diffusion_model.", "down_blocks", "mid_block", "up_blocks"));
    NETWORKS.put("text_encoder_2", List.of("text_encoder_2", "lora_te2_"));
    NETWORKS.put(
        "text_encoder",
        List.of("text_encoder", "lora_te_", "lora_te1_", "text_model.", "encoder."));
  }

  /**
   * Looks at names and shapes.
   *
   * @return empty where the file is no adapter's
   * @throws io.chiaroscuro.InvalidInputException if it is missing or damaged
   */
  public static Optional<AdapterSummary> of(Path path) {
    try (var file = AdapterFile.open(path);
        var scope = new TensorScope()) {
      Map<String, String> words = new LinkedHashMap<>();
      EmbeddingFile.tensors(file)
          .forEach(
              (token, tensors) ->
                  words.put(
                      token,
                      String.join(
                          ", ",
                          tensors.values().stream().map(name -> described(file, name)).toList())));
      Set<String> names = new TreeSet<>(file.names());
      boolean cloneofsimo = CloneofsimoLora.fits(names);
      Map<String, LoraKey> keys = cloneofsimo ? CloneofsimoLora.keys(names) : keys(names);
      if (keys.values().stream().noneMatch(key -> key.part() == Part.DOWN)) {
        return words.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new AdapterSummary(
                    "textual inversion",
                    Optional.empty(),
                    Map.of(),
                    new TreeSet<>(),
                    new TreeSet<>(),
                    words));
      }
      Map<String, Integer> layers = new TreeMap<>();
      SortedSet<Long> ranks = new TreeSet<>();
      SortedSet<Double> alphas = new TreeSet<>();
      keys.forEach(
          (name, key) -> {
            if (key.part() == Part.DOWN) {
              layers.merge(network(key.label()), 1, Integer::sum);
              file.shape(name).filter(s -> s.length > 0).ifPresent(s -> ranks.add(s[0]));
            } else if (key.part() == Part.ALPHA && file.shape(name).isPresent()) {
              Arrays.stream(Tensors.doubles(file.tensor(name))).limit(1).forEach(alphas::add);
            }
          });
      Optional<ModelFamily> family =
          ModelFamily.contextWidth(file).stream()
              .mapToObj(ModelFamily::ofContextWidth)
              .findFirst()
              .flatMap(found -> found)
              .or(() -> ModelFamily.named(names));
      return Optional.of(
          new AdapterSummary(
              cloneofsimo ? "LoRA, cloneofsimo" : format(keys.keySet()),
              family,
              layers,
              ranks,
              alphas,
              words));
    }
  }

  private static Map<String, LoraKey> keys(Set<String> names) {
    Map<String, LoraKey> keys = new LinkedHashMap<>();
    names.forEach(name -> LoraKey.parse(name).ifPresent(key -> keys.put(name, key)));
    return keys;
  }

  private static String format(Set<String> names) {
    if (names.stream().anyMatch(name -> name.startsWith("lora_"))) {
      return "LoRA, kohya";
    }
    return names.stream().anyMatch(name -> name.contains(".lora_A."))
        ? "LoRA, PEFT"
        : "LoRA, diffusers";
  }

  private static String network(String label) {
    return NETWORKS.entrySet().stream()
        .filter(network -> network.getValue().stream().anyMatch(label::startsWith))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("other");
  }

  private static String described(AdapterFile file, String name) {
    long[] shape = file.shape(name).orElse(new long[0]);
    return switch (shape.length) {
      case 1 -> "1 vector of %d".formatted(shape[0]);
      case 2 -> "%d vectors of %d".formatted(shape[0], shape[1]);
      default -> "no vectors";
    };
  }
}
