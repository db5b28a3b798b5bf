package io.chiaroscuro.training.openmoji;

import java.util.List;

/**
 * Captions as people write them: what is seen, seldom its kind, and seldom the background. That
 * nine in ten keep silent about the background is what lets a model learn a bias of brightness.
 */
final class Captions {

  static final double BACKGROUND_SHARE = 0.1;
  static final double TAG_SHARE = 0.2;

  /** 1: the words with their article, 2: the bare name. What is more frequent is repeated. */
  private static final List<String> DRAWING =
      List.of(
          "%1$s",
          "%1$s",
          "%1$s",
          "%2$s",
          "%2$s",
          "a drawing of %1$s",
          "a drawing of %1$s",
          "an emoji of %1$s",
          "a picture of %1$s");

  /** 1: the colour, 2: its article. Never the colour alone, which may be a fruit. */
  private static final List<String> SOLID =
      List.of(
          "plain %1$s",
          "solid %1$s",
          "a solid %1$s image",
          "a solid %1$s picture",
          "a plain %1$s image",
          "a plain %1$s picture",
          "a plain %1$s background",
          "%2$s %1$s image",
          "%2$s %1$s picture");

  private static final List<String> GRADIENT =
      List.of("a %s", "%s", "a plain %s", "a picture of a %s");

  private Captions() {}

  static String of(Emoji emoji, Background background, Chance chance) {
    String caption = of(emoji, chance);
    if (chance.in(BACKGROUND_SHARE)) {
      caption += on(background);
    }
    return chance.in(TAG_SHARE) ? caption + ", " + emoji.tag() : caption;
  }

  /** Silent about kind and background. */
  static String of(Emoji emoji, Chance chance) {
    return chance.oneOf(DRAWING).formatted(emoji.phrase(), emoji.name());
  }

  private static String on(Background background) {
    String words = background.words();
    return background.isPlain()
        ? " on %s %s background".formatted(article(words), words)
        : " on a " + words;
  }

  /** Of a background alone. */
  static String of(Background background, Chance chance) {
    String words = background.words();
    return chance.oneOf(background.isPlain() ? SOLID : GRADIENT).formatted(words, article(words));
  }

  private static String article(String words) {
    return "aeiou".indexOf(words.charAt(0)) < 0 ? "a" : "an";
  }
}
