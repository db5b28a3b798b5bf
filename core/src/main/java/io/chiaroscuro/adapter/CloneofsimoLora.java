package io.chiaroscuro.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LayerLabels.Layer;
import io.chiaroscuro.adapter.LoraKey.Part;
import io.chiaroscuro.adapter.LoraNames.Parts;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The format of cloneofsimo's {@code lora}, the first there was: layers have numbers for names,
 * {@code unet:0:up}, counted as that program met them when it walked through diffusers' modules,
 * and the metadata tell the classes of modules among whose layers it looked. What it met when, the
 * names here and the order in which diffusers of that time defined its modules tell.
 */
final class CloneofsimoLora {

  private static final Pattern TENSOR = Pattern.compile("[a-z_0-9]+:\\d+:(up|down)");

  /** What lies between a class' module and its layers, or is a part of their names. */
  private static final Map<String, Pattern> CLASSES =
      Map.of(
          "CrossAttention", Pattern.compile(".*\\.attn[12]\\..*"),
          "Attention", Pattern.compile(".*\\.attn[12]\\..*"),
          "GEGLU", Pattern.compile(".*\\.ff\\.net\\.0\\.proj"),
          "ResnetBlock2D", Pattern.compile(".*\\.resnets\\.\\d+\\..*"),
          "CLIPAttention", Pattern.compile(".*\\.self_attn\\..*"),
          "CLIPMLP", Pattern.compile(".*\\.mlp\\..*"));

  /** In the order of definition, where it differs from that of use or matters at all. */
  private static final List<String> MODULES =
      List.of(
          "down_blocks",
          "up_blocks",
          "mid_block",
          "attentions",
          "resnets",
          "attn1",
          "ff",
          "attn2",
          "to_q",
          "to_k",
          "to_v",
          "to_out",
          "conv1",
          "time_emb_proj",
          "conv2",
          "conv_shortcut",
          "self_attn",
          "mlp",
          "k_proj",
          "v_proj",
          "q_proj",
          "out_proj",
          "fc1",
          "fc2");

  /** From diffusers 0.15 on, the feed-forward comes last. */
  private static final List<String> LATER_MODULES =
      MODULES.stream()
          .map(name -> Map.of("ff", "attn2", "attn2", "ff").getOrDefault(name, name))
          .toList();

  private final AdapterFile file;
  private final Map<Component, Weights> networks;

  CloneofsimoLora(AdapterFile file, Map<Component, Weights> networks) {
    this.file = file;
    this.networks = networks;
  }

  static boolean fits(Set<String> names) {
    return names.stream().anyMatch(name -> TENSOR.matcher(name).matches());
  }

  /** Its tensors' names taken apart, {@code unet:0} being a label. */
  static Map<String, LoraKey> keys(Set<String> names) {
    Map<String, LoraKey> keys = new LinkedHashMap<>();
    for (String name : names) {
      if (TENSOR.matcher(name).matches()) {
        int colon = name.lastIndexOf(':');
        Part part = name.endsWith(":up") ? Part.UP : Part.DOWN;
        keys.put(name, new LoraKey(name.substring(0, colon), part));
      }
    }
    return keys;
  }

  /**
   * Finds the layer of each pair.
   *
   * @throws InvalidInputException if the networks have not as many of such layers, or others
   */
  Map<Layer, Parts> sort(Set<String> names) {
    List<String> foreign = names.stream().filter(name -> !TENSOR.matcher(name).matches()).toList();
    List<String> absent =
        names.stream().map(name -> name.split(":")[0]).distinct().filter(this::isAbsent).toList();
    if (!foreign.isEmpty() || !absent.isEmpty()) {
      throw new InvalidInputException(
          "%s holds %s, which no network here has a place for; write it again."
              .formatted(file.path(), LoraNames.listing(foreign.isEmpty() ? absent : foreign)));
    }
    Map<Layer, Parts> sorted = new LinkedHashMap<>();
    for (Component component : new TreeMap<>(networks).keySet()) {
      String network = component.folder();
      int count = (int) names.stream().filter(n -> n.startsWith(network + ":")).count() / 2;
      if (count > 0) {
        List<String> layers = layers(component, count);
        IntStream.range(0, count)
            .forEach(
                i -> {
                  String label = network + ":" + i;
                  Map<Part, String> parts =
                      Map.of(Part.DOWN, label + ":down", Part.UP, label + ":up");
                  sorted.put(new Layer(component, layers.get(i)), new Parts(label, parts));
                });
      }
    }
    return sorted;
  }

  private boolean isAbsent(String network) {
    return networks.keySet().stream().noneMatch(known -> known.folder().equals(network));
  }

  private List<String> layers(Component component, int count) {
    Set<String> classes = classes(component);
    Weights network = networks.get(component);
    List<String> found =
        network.adaptable().keySet().stream()
            .filter(name -> classes.stream().anyMatch(c -> CLASSES.get(c).matcher(name).matches()))
            .toList();
    return List.of(MODULES, LATER_MODULES).stream()
        .map(order -> found.stream().sorted(definedIn(order)).toList())
        .filter(layers -> layers.size() == count && haveTheirShapes(component, layers))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "%s adapts %d layers of a %s, in order, but this model's has %d such layers or they have other shapes; choose a LoRA for this model's family."
                        .formatted(file.path(), count, component.folder(), found.size())));
  }

  private Set<String> classes(Component component) {
    String json = file.metadata().getOrDefault(component.folder(), "absent");
    try {
      Set<String> classes = new JsonMapper().readValue(json, new TypeReference<>() {});
      if (CLASSES.keySet().containsAll(classes)) {
        return classes;
      }
    } catch (JsonProcessingException e) {
      // As useless as classes that are unknown.
    }
    throw new InvalidInputException(
        "%s: its metadata '%s' is %s; a JSON list of some of %s is needed to know which layers it adapts."
            .formatted(
                file.path(),
                component.folder(),
                LoraNames.listing(List.of(json)),
                CLASSES.keySet().stream().sorted().toList()));
  }

  private static Comparator<String> definedIn(List<String> modules) {
    return (a, b) -> {
      String[] first = a.split("\\.");
      String[] second = b.split("\\.");
      int same = Arrays.mismatch(first, second);
      if (same < 0 || same >= Math.min(first.length, second.length)) {
        return first.length - second.length;
      }
      String one = first[same];
      String other = second[same];
      return Character.isDigit(one.charAt(0))
          ? Integer.parseInt(one) - Integer.parseInt(other)
          : modules.indexOf(one) - modules.indexOf(other);
    };
  }

  private boolean haveTheirShapes(Component component, List<String> layers) {
    Weights network = networks.get(component);
    return IntStream.range(0, layers.size())
        .allMatch(
            i -> {
              long[] weight = Tensors.shape(network.tensors().get(layers.get(i) + ".weight"));
              String label = component.folder() + ":" + i;
              try (var scope = new TensorScope()) {
                long[] down = Tensors.shape(file.tensor(label + ":down"));
                long[] up = Tensors.shape(file.tensor(label + ":up"));
                return down.length > 1
                    && up.length > 1
                    && LoraShapes.sameNumbers(down, LoraShapes.down(weight, down[0]))
                    && LoraShapes.sameNumbers(up, LoraShapes.up(weight, down[0]));
              }
            });
  }
}
