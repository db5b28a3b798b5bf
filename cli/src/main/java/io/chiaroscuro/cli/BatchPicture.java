package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.GenerationRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A picture of a batch. Its file is named by the row or by what the picture is made from, so that
 * the same picture has the same name whatever else is in the batch.
 *
 * @param index its place among the pictures of its row
 * @param request with one prompt
 * @param image what is known of the image it starts from, if it does
 * @param chunks how many chunks its prompts have; with others' more it were another picture
 */
record BatchPicture(
    BatchRow row,
    int index,
    GenerationRequest request,
    Map<String, String> image,
    Optional<SignalLeak> leak,
    int chunks,
    Path file) {

  private static final String BRIGHTNESS = "brightness";
  private static final String SOFTWARE = "Software";
  private static final int LETTERS_OF_PROMPT = 40;

  /** What pictures have in common that can be made together. */
  record Company(
      GenerationRequest request, Map<String, String> image, boolean hasLeak, int chunks) {}

  /**
   * Names a picture.
   *
   * @param provenance what made it, beside what was asked for
   */
  static BatchPicture of(
      BatchRow row,
      int index,
      GenerationRequest request,
      Map<String, String> image,
      Optional<SignalLeak> leak,
      int chunks,
      Map<String, String> provenance,
      Path outputDir) {
    List<String> names = row.fileNames();
    if (!names.isEmpty()) {
      return new BatchPicture(
          row, index, request, image, leak, chunks, outputDir.resolve(names.get(index)));
    }
    var unnamed = new BatchPicture(row, index, request, image, leak, chunks, outputDir);
    String name =
        "%s-seed-%d-%s.png"
            .formatted(letters(request.prompt()), unnamed.seed(), unnamed.hash(provenance));
    return new BatchPicture(row, index, request, image, leak, chunks, outputDir.resolve(name));
  }

  /** The prompt's beginning as far as every file system can write it. */
  private static String letters(String prompt) {
    String letters = prompt.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String start = letters.substring(0, Math.min(letters.length(), LETTERS_OF_PROMPT));
    String trimmed = start.replaceAll("^-|-$", "");
    return trimmed.isEmpty() ? "picture" : trimmed;
  }

  long seed() {
    return row.seeds().seed(index);
  }

  long leakSeed() {
    return row.leak().seed(seed(), index);
  }

  Company company() {
    return new Company(request.withPrompts(List.of()), image, leak.isPresent(), chunks);
  }

  /** All that the picture follows from, as it is written into its file. */
  Map<String, String> settings(Map<String, String> provenance) {
    Map<String, String> settings = new LinkedHashMap<>(request.describe());
    settings.putAll(provenance);
    settings.putAll(image);
    settings.put("seed", String.valueOf(seed()));
    settings.put("shows", leak.isPresent() ? "with" : "without");
    leak.ifPresent(
        given -> {
          settings.putAll(row.leak().describe(given));
          settings.put("leak_sample_seed", String.valueOf(leakSeed()));
        });
    return settings;
  }

  /** What is written into its file. */
  Map<String, String> text(Map<String, String> provenance, double brightness) {
    Map<String, String> text = settings(provenance);
    text.put(BRIGHTNESS, String.valueOf(brightness));
    return text;
  }

  /**
   * The brightness of the picture, if an earlier run has made it.
   *
   * @throws InvalidInputException if its file is another picture's
   */
  OptionalDouble made(Map<String, String> provenance) {
    if (!Files.exists(file)) {
      return OptionalDouble.empty();
    }
    Map<String, String> found = text();
    Map<String, String> wanted = settings(provenance);
    wanted.forEach(
        (name, value) -> {
          if (!name.equals(SOFTWARE) && !value.equals(found.get(name))) {
            throw taken(
                found.containsKey(name)
                    ? "%s was '%s' and is now '%s'".formatted(name, found.get(name), value)
                    : "it does not say its " + name);
          }
        });
    for (String name : found.keySet()) {
      if (!name.equals(BRIGHTNESS) && !wanted.containsKey(name)) {
        throw taken("its %s is '%s'".formatted(name, found.get(name)));
      }
    }
    try {
      return OptionalDouble.of(Double.parseDouble(found.getOrDefault(BRIGHTNESS, "")));
    } catch (NumberFormatException e) {
      throw taken("it does not say its brightness");
    }
  }

  private Map<String, String> text() {
    try {
      return PngFile.readText(file);
    } catch (InvalidInputException e) {
      throw taken("it is no whole PNG");
    }
  }

  private InvalidInputException taken(String difference) {
    return new InvalidInputException(
        "%s is there already and another picture (%s); choose another output_name or --output-dir, or delete it."
            .formatted(file, difference));
  }

  private String hash(Map<String, String> provenance) {
    Map<String, String> settings = settings(provenance);
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
}
