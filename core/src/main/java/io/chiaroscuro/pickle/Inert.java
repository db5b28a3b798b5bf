package io.chiaroscuro.pickle;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Stands for a Python object that is not made: only what was to be put into it is known.
 *
 * @param type its class, or the function that would have made it
 * @param state its named contents
 */
record Inert(Global type, Map<String, Object> state) {

  static Inert of(Global type) {
    return new Inert(type, new LinkedHashMap<>());
  }
}
