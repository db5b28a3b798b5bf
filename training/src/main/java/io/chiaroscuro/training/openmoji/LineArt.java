package io.chiaroscuro.training.openmoji;

import java.util.List;

/** The seven drawings of the line-art set: rich in lines, each another kind of thing. */
final class LineArt {

  private static final List<String> NAMES =
      List.of("fox", "castle", "mushroom", "sailboat", "butterfly", "guitar", "tractor");

  static final List<Emoji> EMOJI =
      Emoji.ALL.stream().filter(emoji -> NAMES.contains(emoji.name())).toList();

  private LineArt() {}
}
