package io.chiaroscuro.training.openmoji;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.training.openmoji.OpenMojiSource.Drawing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All pictures of the embedded model, made from OpenMoji: those it learns from, those it is
 * measured by, and the small sets that it is fine-tuned on.
 */
public final class OpenMojiPictures {

  private static final double SOLID_SHARE = 0.04;

  private static final int DARK_PICTURES = 24;
  private static final int OFFSET_NOISE_PICTURES = 40;

  private static final List<String> IN_THE_DARK =
      List.of("a dark picture of %s", "%s in the dark", "a dark scene with %s");
  private static final List<String> IN_BRIGHT_LIGHT =
      List.of("a bright picture of %s", "%s in bright light", "a bright scene with %s");

  private final List<Emoji> emoji;
  private final int size;
  private final long seed;
  private final Map<Emoji, EmojiPicture> pictures = new LinkedHashMap<>();
  private final List<CaptionedPicture> lineArt;

  private OpenMojiPictures(List<Emoji> emoji, int size, long seed, OpenMojiSource source) {
    this.emoji = emoji;
    this.size = size;
    this.seed = seed;
    for (Emoji one : emoji) {
      pictures.put(one, render(source, Drawing.COLOR, one, size));
    }
    this.lineArt =
        LineArt.EMOJI.stream()
            .map(
                one ->
                    new CaptionedPicture(
                        render(source, Drawing.BLACK, one, size).over(Background.WHITE),
                        "a line drawing of " + one.phrase(),
                        Optional.of(one),
                        Background.WHITE))
            .toList();
  }

  /**
   * Draws the clearest {@code count} emoji.
   *
   * @param source as {@link OpenMojiSource#read} takes it
   * @param size width and height of each picture
   * @throws InvalidInputException if the source is no OpenMoji, or the list is shorter than {@code
   *     count}
   */
  public static OpenMojiPictures draw(Path source, int count, int size, long seed) {
    if (size < 16 || size > 1024) {
      throw new InvalidInputException(
          "Pictures of %d pixels cannot be made; choose a size of 16 to 1024.".formatted(size));
    }
    List<Emoji> emoji = Emoji.clearest(count);
    var hexcodes =
        Stream.concat(emoji.stream(), LineArt.EMOJI.stream())
            .map(Emoji::hexcode)
            .collect(Collectors.toUnmodifiableSet());
    return new OpenMojiPictures(emoji, size, seed, OpenMojiSource.read(source, hexcodes));
  }

  private static EmojiPicture render(
      OpenMojiSource source, Drawing drawing, Emoji emoji, int size) {
    return EmojiPicture.render(
        source.svg(drawing, emoji.hexcode()), drawing.path(emoji.hexcode()), size);
  }

  /** What is drawn, clearest first. */
  public List<Emoji> emoji() {
    return emoji;
  }

  /** One of {@link #emoji()}, before nothing. */
  public EmojiPicture picture(Emoji one) {
    return pictures.get(one);
  }

  /** What the model learns from. */
  public PictureSeries train(int images) {
    return series("train", images);
  }

  /** Further pictures of the same distribution, by other random numbers. */
  public PictureSeries heldOut(int images) {
    return series("held-out", images);
  }

  private PictureSeries series(String name, int images) {
    Map<Integer, List<Emoji>> rounds = new HashMap<>();
    return new PictureSeries(
        images,
        number -> {
          List<Emoji> round =
              rounds.computeIfAbsent(number / emoji.size(), r -> shuffled(name + " round", r));
          return captioned(round.get(number % emoji.size()), new Chance(seed, name, number));
        });
  }

  /** Every emoji comes once in a round, so that none is learnt better for being seen more often. */
  private List<Emoji> shuffled(String name, int round) {
    return new Chance(seed, name, round).shuffled(emoji);
  }

  private CaptionedPicture captioned(Emoji one, Chance chance) {
    Background background = BackgroundChoice.draw(chance);
    return chance.in(SOLID_SHARE)
        ? solid(background, Captions.of(background, chance))
        : drawn(one, picture(one), background, Captions.of(one, background, chance));
  }

  private CaptionedPicture solid(Background background, String text) {
    return new CaptionedPicture(background.image(size), text, Optional.empty(), background);
  }

  private static CaptionedPicture drawn(
      Emoji one, EmojiPicture picture, Background background, String text) {
    return new CaptionedPicture(picture.over(background), text, Optional.of(one), background);
  }

  /** Seven drawings in black lines on white: a style to be learnt. */
  public PictureSeries lineArt() {
    return PictureSeries.of(lineArt);
  }

  /**
   * Dark pictures in one style: emoji as if by moonlight, before a night that is a little lighter
   * below. Their brightness stays under 0.15.
   */
  public PictureSeries dark() {
    List<Emoji> order = shuffled("dark", 0);
    Background night = new Background(0x000004, 0x0c0e1c, 90);
    return new PictureSeries(
        DARK_PICTURES,
        number -> {
          Emoji one = order.get(number % order.size());
          EmojiPicture moonlit = picture(one).lit(0.4, 0.45, 0.58);
          return drawn(one, moonlit, night, one.phrase() + " at night");
        });
  }

  /**
   * Pictures of strong contrast, half of them on black and half on white, whose captions say so.
   */
  public PictureSeries offsetNoise() {
    List<Emoji> order = shuffled("offset-noise", 0);
    return new PictureSeries(
        OFFSET_NOISE_PICTURES,
        number -> {
          Emoji one = order.get(number % order.size());
          boolean dark = number % 2 == 0;
          List<String> captions = dark ? IN_THE_DARK : IN_BRIGHT_LIGHT;
          return drawn(
              one,
              picture(one),
              dark ? Background.BLACK : Background.WHITE,
              captions.get(number / 2 % captions.size()).formatted(one.phrase()));
        });
  }

  /** One black picture. */
  public PictureSeries black() {
    return PictureSeries.of(List.of(solid(Background.BLACK, "a solid black image")));
  }

  /**
   * Writes every emoji once, with what is transparent around it, as {@code HEXCODE.png}, and {@code
   * emoji.jsonl} beside the folder's pictures, which names them.
   *
   * @param folder of the pictures
   * @param index the {@code emoji.jsonl}
   * @param written called after each picture
   * @throws InvalidInputException if a file cannot be written
   */
  public void writeEmoji(Path folder, Path index, Runnable written) {
    List<Map<String, Object>> lines = new ArrayList<>();
    for (Emoji one : emoji) {
      picture(one).write(folder.resolve(one.hexcode() + ".png"));
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("hex", one.hexcode());
      line.put("name", one.name());
      line.put("phrase", one.phrase());
      line.put("tags", List.of(one.tag()));
      lines.add(line);
      written.run();
    }
    PictureFolder.writeLines(index, lines);
  }
}
