package io.chiaroscuro.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The files of a repository, and which of them are needed.
 *
 * @param name what to call it in messages
 * @param names all its files, with slashes
 */
record RepositoryFiles(ModelName name, SortedSet<String> names) {

  static final String MODEL_INDEX = "model_index.json";

  private static final String CONFIG = "config.json";

  /** The forms in which a tokenizer's folder may have its vocabulary; either is enough. */
  private static final List<List<String>> VOCABULARIES =
      List.of(List.of("vocab.json", "merges.txt"), List.of("tokenizer.json"));

  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";

  /** Parts of pipelines that nothing here reads; the first alone is 1.2 GB. */
  private static final Set<String> UNUSED =
      Set.of("safety_checker", "feature_extractor", "image_encoder");

  private static final String SAFETENSORS = ".safetensors";
  private static final List<String> PICKLES = List.of(".bin", ".pt", ".ckpt");
  private static final int LISTED_CANDIDATES = 10;

  boolean isPipeline() {
    return names.contains(MODEL_INDEX);
  }

  /** Whether its root is one network's folder. */
  boolean isComponent() {
    return names.contains(CONFIG) && !WeightFiles.among(in("")).forms().isEmpty();
  }

  /**
   * What a pipeline needs: configurations first, so that weights come last.
   *
   * @param modelIndex its {@code model_index.json}
   * @param variant of the weights, if one was asked for
   * @param have files that are here already
   * @throws InvalidInputException if a component lacks its weights, or no component has that
   *     variant
   */
  List<String> pipeline(Path modelIndex, Optional<String> variant, Set<String> have) {
    List<String> needed = new ArrayList<>(List.of(MODEL_INDEX));
    List<String> weights = new ArrayList<>();
    Set<String> variants = new TreeSet<>();
    for (String component : components(modelIndex)) {
      String folder = component + "/";
      List<String> files = in(folder);
      if (files.isEmpty()) {
        throw new InvalidInputException(
            "%s is incomplete: it has no folder '%s', which its %s names."
                .formatted(name, component, MODEL_INDEX));
      }
      files.stream()
          .filter(RepositoryFiles::isConfiguration)
          .forEach(file -> needed.add(folder + file));
      if (files.contains(CONFIG)) {
        WeightFiles forms = WeightFiles.among(files);
        variants.addAll(forms.variants());
        weights.addAll(weights(folder, forms, variant, have));
      }
    }
    variant.ifPresent(asked -> requireVariant(asked, variants));
    needed.addAll(weights);
    return needed;
  }

  /** What the network in the root needs. */
  List<String> component(Optional<String> variant, Set<String> have) {
    List<String> needed = new ArrayList<>(List.of(CONFIG));
    needed.addAll(weights("", WeightFiles.among(in("")), variant, have));
    return needed;
  }

  /**
   * What a tokenizer needs: in the root, or in the folder where pipelines have it.
   *
   * @throws InvalidInputException if there is none
   */
  List<String> tokenizer() {
    for (String folder : List.of("", "tokenizer/")) {
      List<String> files = in(folder);
      for (List<String> vocabulary : VOCABULARIES) {
        if (files.containsAll(vocabulary)) {
          return files.stream()
              .filter(file -> vocabulary.contains(file) || file.equals(TOKENIZER_CONFIG))
              .map(folder::concat)
              .toList();
        }
      }
    }
    throw new InvalidInputException(
        "%s holds no tokenizer; name a repository with vocab.json and merges.txt.".formatted(name));
  }

  /**
   * The file that was named.
   *
   * @throws InvalidInputException if there is none of that name
   */
  String named(String file) {
    if (names.contains(file)) {
      return file;
    }
    List<String> candidates = weightFiles();
    throw new InvalidInputException(
        "%s has no file '%s'%s."
            .formatted(
                name.repository(),
                file,
                candidates.isEmpty()
                    ? " and no weights at all; check the name"
                    : "; it has " + listed(candidates)));
  }

  /**
   * The one file that is meant where none was named.
   *
   * @param usual names that such a file usually has, the best first
   * @throws InvalidInputException if there are several or none
   */
  String single(List<String> usual) {
    for (String file : usual) {
      if (names.contains(file)) {
        return file;
      }
    }
    List<String> candidates = weightFiles();
    List<String> inRoot = candidates.stream().filter(file -> file.indexOf('/') < 0).toList();
    List<String> safe = inRoot.stream().filter(file -> file.endsWith(SAFETENSORS)).toList();
    List<String> meant = safe.isEmpty() ? inRoot : safe;
    if (meant.size() == 1) {
      return meant.get(0);
    }
    throw new InvalidInputException(
        candidates.isEmpty()
            ? "%s holds no weights that can be used here; check the name.".formatted(name)
            : "%s does not say which of its files is meant; name one, like %s/%s; it has %s."
                .formatted(name, name, candidates.get(0), listed(candidates)));
  }

  private static String listed(List<String> files) {
    String more = files.size() > LISTED_CANDIDATES ? ", ..." : "";
    return files.stream().limit(LISTED_CANDIDATES).collect(Collectors.joining(", ")) + more;
  }

  private List<String> weightFiles() {
    return names.stream()
        .filter(file -> file.endsWith(SAFETENSORS) || PICKLES.stream().anyMatch(file::endsWith))
        .toList();
  }

  private List<String> weights(
      String folder, WeightFiles forms, Optional<String> variant, Set<String> have) {
    Set<String> haveHere =
        have.stream()
            .filter(file -> file.startsWith(folder))
            .map(file -> file.substring(folder.length()))
            .collect(Collectors.toSet());
    List<String> chosen = forms.choose(variant, haveHere);
    if (chosen.isEmpty()) {
      throw new InvalidInputException(
          "%s has no weights in safetensors or PyTorch's format in its folder '%s'; choose another repository or revision."
              .formatted(name, folder));
    }
    return chosen.stream().map(file -> folder + file).toList();
  }

  private void requireVariant(String asked, Set<String> variants) {
    if (!variants.contains(asked)) {
      throw new InvalidInputException(
          "%s has no variant '%s'; %s."
              .formatted(
                  name,
                  asked,
                  variants.isEmpty() ? "leave it out" : "it has " + String.join(", ", variants)));
    }
  }

  /** Files directly in a folder, without its name. */
  private List<String> in(String folder) {
    return names.stream()
        .filter(file -> file.startsWith(folder) && file.indexOf('/', folder.length()) < 0)
        .map(file -> file.substring(folder.length()))
        .toList();
  }

  private static boolean isConfiguration(String file) {
    return file.endsWith(".json") && !file.contains(".index.") || file.endsWith(".txt");
  }

  private List<String> components(Path modelIndex) {
    List<String> components;
    try {
      components =
          new JsonMapper()
              .readTree(modelIndex.toFile()).properties().stream()
                  .filter(field -> field.getValue().path(1).isTextual())
                  .map(Map.Entry::getKey)
                  .filter(name -> !UNUSED.contains(name) && ModelName.isPath(name))
                  .toList();
    } catch (JsonProcessingException e) {
      components = List.of(); // As useless as one without any.
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check its permissions.".formatted(modelIndex, AtomicFile.reason(e)),
          e);
    }
    if (components.isEmpty()) {
      throw new InvalidInputException(
          "The %s of %s names no components; choose another repository or revision."
              .formatted(MODEL_INDEX, name));
    }
    return components;
  }
}
