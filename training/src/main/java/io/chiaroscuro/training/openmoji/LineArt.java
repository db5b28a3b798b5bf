package io.chiaroscuro.training.openmoji;

import java.util.List;

/** The seven drawings of the line-art set: rich in lines, each another kind of thing. */
final class LineArt {

  static final List<Emoji> EMOJI =
      List.of(
          new Emoji("1F98A", "a fox", "animal"),
          new Emoji("1F3F0", "a castle", "building"),
          new Emoji("1F6B2", "a bicycle", "vehicle"),
          new Emoji("1F344", "a mushroom", "plant"),
          new Emoji("26F5", "a sailboat", "vehicle"),
          new Emoji("1F98B", "a butterfly", "insect"),
          new Emoji("1F3BB", "a violin", "music"));

  private LineArt() {}
}
