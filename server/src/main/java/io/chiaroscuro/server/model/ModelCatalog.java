package io.chiaroscuro.server.model;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.server.json.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The models that the server offers; the first is the default, the embedded one is always there.
 */
public final class ModelCatalog {

  private final Map<String, ServedModel> models = new LinkedHashMap<>();
  private final Map<String, ModelFacts> facts = new LinkedHashMap<>();

  /**
   * @throws InvalidInputException if two have the same name, or the settings of one are damaged
   */
  public ModelCatalog(List<ServedModel> given) {
    List<ServedModel> all = new ArrayList<>(given);
    ServedModel embedded = ServedModel.embedded();
    if (given.stream().noneMatch(model -> model.name().equals(embedded.name()))) {
      all.add(embedded);
    }
    for (ServedModel model : all) {
      if (models.put(model.name(), model) != null) {
        throw new InvalidInputException(
            "Two models are named '%s'; rename the folder of one.".formatted(model.name()));
      }
      facts.put(model.name(), ModelFacts.of(model));
    }
  }

  /** The one that is meant where none is named. */
  public String defaultName() {
    return models.keySet().iterator().next();
  }

  /** What is known of each, the default first. */
  public List<ModelFacts> all() {
    return List.copyOf(facts.values());
  }

  /**
   * What is known of the model of that name.
   *
   * @param name null for the default
   * @throws RefusedException if there is none
   */
  public ModelFacts facts(String name) {
    ModelFacts found = facts.get(name == null ? defaultName() : name);
    if (found == null) {
      throw new RefusedException(
          "model",
          "There is no model '%s'; choose among %s."
              .formatted(name, String.join(", ", models.keySet())));
    }
    return found;
  }

  ServedModel find(String name) {
    return models.get(facts(name).name());
  }
}
