package io.chiaroscuro.server.automatic1111;

import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text that the web UI writes into its pictures, and that its clients read: the prompt, the
 * negative prompt on a line of its own, and last a line of names and values.
 */
final class Infotext {

  /** The keyword in a PNG under which it stands. */
  static final String KEYWORD = "parameters";

  private static final String NEGATIVE = "Negative prompt: ";

  /** A last line with fewer names is the prompt's. */
  private static final int LEAST_NAMES = 3;

  private Infotext() {}

  /**
   * The text of one picture; what its request leaves to the model stays unsaid.
   *
   * @param request that makes it alone
   * @param denoisingStrength null if it was made of no other
   */
  static String of(ImageRequest request, Double denoisingStrength) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("Steps", String.valueOf(request.numInferenceSteps()));
    if (request.scheduler() != null) {
      Sampler.Choice choice = Sampler.choice(request.scheduler());
      values.put("Sampler", choice.sampler());
      values.put("Schedule type", choice.schedule());
    }
    if (request.guidanceScale() != null) {
      values.put("CFG scale", number(request.guidanceScale()));
    }
    if (request.seed() != null) {
      values.put("Seed", String.valueOf(request.seed()));
    }
    if (request.width() != null && request.height() != null) {
      values.put("Size", request.width() + "x" + request.height());
    }
    if (request.model() != null) {
      values.put("Model", request.model());
    }
    if (denoisingStrength != null) {
      values.put("Denoising strength", number(denoisingStrength));
    }
    if (request.clipSkip() > 0) {
      values.put("Clip skip", String.valueOf(request.clipSkip() + 1));
    }
    if (!request.light().isOff()) {
      values.put("Chiaroscuro light", Json.write(request.light()));
    }
    String negative =
        request.negativePrompt().isEmpty() ? "" : "\n" + NEGATIVE + request.negativePrompt();
    return request.prompt()
        + negative
        + "\n"
        + values.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + quoted(entry.getValue()))
            .collect(Collectors.joining(", "));
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  private static String quoted(String value) {
    return value.matches("[^,:\\n]*") ? value : Json.write(value);
  }

  /** Names and values of such a text, with the prompts among them; whoever wrote it. */
  static Map<String, String> parse(String text) {
    List<String> lines = text.strip().lines().toList();
    if (lines.isEmpty()) {
      return Map.of();
    }
    int end = lines.size() - 1;
    Map<String, String> values = values(lines.get(end));
    if (values.size() < LEAST_NAMES) {
      values = Map.of();
      end++;
    }
    int negative = 0;
    while (negative < end && !lines.get(negative).startsWith(NEGATIVE.strip())) {
      negative++;
    }
    Map<String, String> all = new LinkedHashMap<>();
    all.put("Prompt", String.join("\n", lines.subList(0, negative)));
    String negatives = String.join("\n", lines.subList(negative, end));
    all.put(
        "Negative prompt",
        negatives.isEmpty() ? "" : negatives.substring(NEGATIVE.strip().length()).strip());
    all.putAll(values);
    String size = all.getOrDefault("Size", "");
    if (size.matches("\\d+x\\d+")) {
      all.remove("Size");
      all.put("Size-1", size.split("x")[0]);
      all.put("Size-2", size.split("x")[1]);
    }
    return all;
  }

  private static Map<String, String> values(String line) {
    Map<String, String> values = new LinkedHashMap<>();
    int start = 0;
    while (start < line.length()) {
      int colon = line.indexOf(": ", start);
      if (colon < 0) {
        return Map.of();
      }
      boolean isQuoted = line.startsWith("\"", colon + 2);
      int end = isQuoted ? afterQuoted(line, colon + 2) : line.indexOf(',', colon);
      end = end < 0 ? line.length() : end;
      String value = line.substring(colon + 2, end).strip();
      values.put(line.substring(start, colon).strip(), isQuoted ? unquoted(value) : value);
      start = end + 1;
    }
    return values;
  }

  /** Where the value that begins with a quote ends; -1 if it does not. */
  private static int afterQuoted(String line, int quote) {
    for (int i = quote + 1; i < line.length(); i++) {
      if (line.charAt(i) == '\\') {
        i++;
      } else if (line.charAt(i) == '"') {
        return i + 1;
      }
    }
    return -1;
  }

  private static String unquoted(String value) {
    try {
      return Json.read(value, String.class);
    } catch (RefusedException e) {
      return value;
    }
  }
}
