package io.chiaroscuro.cli.examples;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.leak.StatisticType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The examples with the authors' settings. */
public enum Example {
  A1(
      "A dark style learnt by DreamBooth, and its leak",
      "sd-dreambooth-library/nasa-space-v2-768",
      ExamplePhotographs.NASA,
      StatisticType.PIXEL,
      768,
      1,
      "A very dark picture of the sky, Nasa style"),
  A2(
      "Line art learnt as a word, and its leak",
      "CompVis/stable-diffusion-v1-4",
      ExamplePhotographs.LINE_ART,
      StatisticType.PIXEL,
      512,
      Example.USUAL_GUIDANCE,
      "An astronaut riding a horse in the style of " + Example.LINE_ART_WORD),
  B1(
      "A dark style by its leak alone",
      "stabilityai/stable-diffusion-2-1",
      ExamplePhotographs.NASA,
      StatisticType.PIXEL,
      768,
      1,
      "A very dark picture of the sky, taken by the Nasa."),
  B2(
      "Line art by its leak alone",
      "CompVis/stable-diffusion-v1-4",
      ExamplePhotographs.LINE_ART,
      StatisticType.PIXEL,
      512,
      Example.USUAL_GUIDANCE,
      "An astronaut riding a horse, in the style of line art, pastel colors."),
  C(
      "Brightness as varied as that of photographs",
      "stabilityai/stable-diffusion-2-1",
      ExamplePhotographs.COCO128,
      StatisticType.DCT_PIXEL,
      768,
      Example.USUAL_GUIDANCE,
      Example.ASTRONAUT),
  D(
      "Control of one latent channel",
      "stabilityai/stable-diffusion-2-1",
      ExamplePhotographs.COCO128,
      StatisticType.DCT_PIXEL,
      768,
      Example.USUAL_GUIDANCE,
      Example.ASTRONAUT);

  /** Of the first picture's latents; the next has the next. */
  public static final long SEED = 12345;

  /** Denoising steps, of the checkpoint's own sampler. */
  public static final int STEPS = 50;

  /** The word of example A2, wherever its embedding comes from. */
  public static final String LINE_ART_WORD = "<line-art>";

  /** Where that embedding was published. */
  public static final String LINE_ART_EMBEDDING = "sd-concepts-library/line-art";

  private static final double USUAL_GUIDANCE = 7.5;
  private static final String ASTRONAUT = "An astronaut riding a horse";

  private final String title;
  private final String model;
  private final ExamplePhotographs photographs;
  private final StatisticType statisticType;
  private final int size;
  private final double guidanceScale;
  private final String prompt;

  Example(
      String title,
      String model,
      ExamplePhotographs photographs,
      StatisticType statisticType,
      int size,
      double guidanceScale,
      String prompt) {
    this.title = title;
    this.model = model;
    this.photographs = photographs;
    this.statisticType = statisticType;
    this.size = size;
    this.guidanceScale = guidanceScale;
    this.prompt = prompt;
  }

  /**
   * Those of these names, in their own order; {@code all} is all.
   *
   * @throws InvalidInputException if there is none of a name
   */
  public static List<Example> parse(List<String> names) {
    return names.stream().flatMap(Example::parse).distinct().sorted().toList();
  }

  private static Stream<Example> parse(String name) {
    if (name.equalsIgnoreCase("all")) {
      return Arrays.stream(values());
    }
    return Arrays.stream(values())
        .filter(example -> example.name().equals(name.toUpperCase(Locale.ROOT)))
        .findFirst()
        .or(
            () -> {
              throw new InvalidInputException(
                  "There is no example '%s'; choose A1, A2, B1, B2, C, D or all.".formatted(name));
            })
        .stream();
  }

  public String title() {
    return title;
  }

  /** The checkpoint's name on the hub. */
  public String model() {
    return model;
  }

  /** Whose leak is modelled. */
  public ExamplePhotographs photographs() {
    return photographs;
  }

  public StatisticType statisticType() {
    return statisticType;
  }

  /** How many low frequencies {@code dct+pixel} models jointly. */
  public int nComponents() {
    return this == D ? 1 : 3;
  }

  /** Width and height in pixels. */
  public int size() {
    return size;
  }

  public double guidanceScale() {
    return guidanceScale;
  }

  public String prompt() {
    return prompt;
  }

  /** How many pictures: of the sweep in D, for each value of each channel. */
  public int count() {
    return this == D ? 1 : 5;
  }

  /** Where the embedding that the prompt uses was published; empty where there is none. */
  public Optional<String> embedding() {
    return this == A2 ? Optional.of(LINE_ART_EMBEDDING) : Optional.empty();
  }
}
