package io.chiaroscuro.hub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The forms in which a network's folder offers its weights: safetensors or pickles, plain or of a
 * variant, whole or in shards with an index. One of them is enough.
 *
 * @param forms file names by form; only whole ones
 */
record WeightFiles(Map<Form, List<String>> forms) {

  /** What diffusers and transformers name weights; Flax, ONNX and OpenVINO have other names. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?:diffusion_pytorch_model|pytorch_model|model)"
              + "(?:\\.(?<first>\\w+?))??"
              + "(?:-(?<shard>\\d+)-of-(?<shards>\\d+))?"
              + "(?:\\.(?<second>\\w+?))??"
              + "\\.(?<format>safetensors|bin)"
              + "(?<index>\\.index(?:\\.(?<third>\\w+))?\\.json)?");

  /** Plain weights. */
  static final String PLAIN = "";

  /** What is taken of variants where nothing plain is and nothing was asked for. */
  private static final String HALF = "fp16";

  /**
   * @param variant {@code fp16} for example, or {@link #PLAIN}
   */
  record Form(boolean safetensors, String variant) {}

  /** What was found of a form. */
  private static final class Parts {
    private final List<String> whole = new ArrayList<>();
    private final List<String> index = new ArrayList<>();
    private final List<String> shards = new ArrayList<>();
    private int shardsInAll;

    /** One file rather than many, where there is both. */
    List<String> complete() {
      if (!whole.isEmpty()) {
        return whole.subList(0, 1);
      }
      if (index.isEmpty() || shards.isEmpty() || shards.size() != shardsInAll) {
        return List.of();
      }
      List<String> all = new ArrayList<>(index);
      all.addAll(shards);
      return all;
    }
  }

  /**
   * @param names all files of the folder, without it
   */
  static WeightFiles among(Collection<String> names) {
    Map<Form, Parts> found = new LinkedHashMap<>();
    for (String name : new TreeSet<>(names)) {
      Matcher matcher = NAME.matcher(name);
      if (!matcher.matches()) {
        continue;
      }
      Form form = new Form(matcher.group("format").equals("safetensors"), variant(matcher));
      Parts parts = found.computeIfAbsent(form, f -> new Parts());
      if (matcher.group("index") != null) {
        parts.index.add(name);
      } else if (matcher.group("shard") != null) {
        parts.shards.add(name);
        parts.shardsInAll = Integer.parseInt(matcher.group("shards"));
      } else {
        parts.whole.add(name);
      }
    }
    Map<Form, List<String>> complete = new LinkedHashMap<>();
    found.forEach(
        (form, parts) -> {
          if (!parts.complete().isEmpty()) {
            complete.put(form, parts.complete());
          }
        });
    return new WeightFiles(complete);
  }

  private static String variant(Matcher matcher) {
    for (String group : List.of("first", "second", "third")) {
      if (matcher.group(group) != null) {
        return matcher.group(group);
      }
    }
    return PLAIN;
  }

  /** The variants there are besides the plain one. */
  Set<String> variants() {
    Set<String> variants = new TreeSet<>();
    forms.keySet().forEach(form -> variants.add(form.variant()));
    variants.remove(PLAIN);
    return variants;
  }

  /**
   * The files of the best form: safetensors before pickles, then the variant that was asked for,
   * plain weights, those in half precision, any others.
   *
   * @param variant what was asked for
   * @param have files that are here already: as good as the best, where the format is the same
   * @return empty where there are no weights
   */
  List<String> choose(Optional<String> variant, Set<String> have) {
    List<String> usual = List.of(variant.orElse(PLAIN), PLAIN, HALF);
    List<Form> byPreference =
        forms.keySet().stream()
            .sorted(
                Comparator.comparing(Form::safetensors)
                    .reversed()
                    .thenComparing(form -> !usual.contains(form.variant()))
                    .thenComparing(form -> usual.indexOf(form.variant()))
                    .thenComparing(Form::variant))
            .toList();
    if (byPreference.isEmpty()) {
      return List.of();
    }
    Form best = byPreference.get(0);
    return byPreference.stream()
        .filter(form -> form.safetensors() == best.safetensors() && usual.contains(form.variant()))
        .map(forms::get)
        .filter(have::containsAll)
        .findFirst()
        .orElse(forms.get(best));
  }
}
