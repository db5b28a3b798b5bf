package io.chiaroscuro.order;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.Version;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One picture of an order, as a model is to make it. Its file is named by the order or by what the
 * picture is made from, so that the same picture has the same name wherever and whenever it is
 * made.
 *
 * @param order that asks for it
 * @param index its place among the pictures of the order
 * @param request with one prompt
 * @param source what is known of the image it starts from, if it does
 * @param leak that it starts from
 * @param provenance what makes it, beside what was asked for
 */
public record OrderedPicture(
    PictureOrder order,
    int index,
    GenerationRequest request,
    Map<String, String> source,
    Optional<SignalLeak> leak,
    Map<String, String> provenance) {

  private static final String BRIGHTNESS = "brightness";
  private static final String SOFTWARE = "Software";
  private static final int LETTERS_OF_PROMPT = 40;

  /** What of a model and of this program is written into its pictures. */
  public static Map<String, String> provenance(StableDiffusion model) {
    Map<String, String> facts = new LinkedHashMap<>(model.describe());
    facts.put(SOFTWARE, "Chiaroscuro " + Version.current());
    return facts;
  }

  public long seed() {
    return order.seed(index);
  }

  public long leakSeed() {
    return order.leak().seed(seed(), index);
  }

  public String fileName() {
    List<String> names = order.fileNames();
    return names.isEmpty()
        ? "%s-seed-%d-%s.png".formatted(letters(request.prompt()), seed(), hash())
        : names.get(index);
  }

  /** The prompt's beginning as far as every file system can write it. */
  private static String letters(String prompt) {
    String letters = prompt.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String start = letters.substring(0, Math.min(letters.length(), LETTERS_OF_PROMPT));
    String trimmed = start.replaceAll("^-|-$", "");
    return trimmed.isEmpty() ? "picture" : trimmed;
  }

  private String hash() {
    Map<String, String> settings = settings();
    settings.remove(SOFTWARE);
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(settings.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }

  /** All that the picture follows from, as it is written into its file. */
  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>(request.describe());
    settings.putAll(provenance);
    settings.putAll(source);
    settings.put("seed", String.valueOf(seed()));
    settings.put("shows", leak.isPresent() ? "with" : "without");
    leak.ifPresent(
        given -> {
          settings.putAll(order.leak().describe(given));
          settings.put("leak_sample_seed", String.valueOf(leakSeed()));
        });
    return settings;
  }

  /** What is written into its file. */
  public Map<String, String> text(double brightness) {
    Map<String, String> text = settings();
    text.put(BRIGHTNESS, String.valueOf(brightness));
    return text;
  }

  /**
   * The brightness of this picture as an earlier run has made it.
   *
   * @param file where, for messages
   * @param written reads what {@link #text} wrote
   * @throws InvalidInputException if the file is another picture's, or no picture's
   */
  public double brightness(String file, Supplier<Map<String, String>> written) {
    Map<String, String> found;
    try {
      found = written.get();
    } catch (InvalidInputException e) {
      throw taken(file, "it is no whole PNG");
    }
    Map<String, String> wanted = settings();
    wanted.forEach(
        (name, value) -> {
          if (!name.equals(SOFTWARE) && !value.equals(found.get(name))) {
            throw taken(
                file,
                found.containsKey(name)
                    ? "%s was '%s' and is now '%s'".formatted(name, found.get(name), value)
                    : "it does not say its " + name);
          }
        });
    for (String name : found.keySet()) {
      if (!name.equals(BRIGHTNESS) && !wanted.containsKey(name)) {
        throw taken(file, "its %s is '%s'".formatted(name, found.get(name)));
      }
    }
    try {
      return Double.parseDouble(found.getOrDefault(BRIGHTNESS, ""));
    } catch (NumberFormatException e) {
      throw taken(file, "it does not say its brightness");
    }
  }

  private static InvalidInputException taken(String file, String difference) {
    return new InvalidInputException(
        "%s is there already and another picture (%s); choose another output_name or --output-dir, or delete it."
            .formatted(file, difference));
  }
}
