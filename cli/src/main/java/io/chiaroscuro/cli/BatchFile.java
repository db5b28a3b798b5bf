package io.chiaroscuro.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Many requests in one file: {@code .txt} with a prompt a line, or {@code .jsonl} with a JSON
 * object a line, whose keys are the names of options with underscores. What a line does not say is
 * as on the command line; {@code null} takes that away.
 */
final class BatchFile {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String EXAMPLE = "{\"prompt\": \"A lighthouse\", \"seed\": 5}";

  private final Path file;

  /** By key; an option with several names has several keys. */
  private final Map<String, OptionSpec> options = new LinkedHashMap<>();

  /** Words of the command line by the option's longest name. */
  private final Map<String, List<String>> defaults = new LinkedHashMap<>();

  private BatchFile(Path file, ParseResult commandLine) {
    this.file = file;
    CommandSpec ofRow = BatchRow.options();
    for (OptionSpec option : ofRow.options()) {
      for (String name : option.names()) {
        options.put(name.replaceFirst("^--", "").replace('-', '_'), option);
      }
    }
    for (OptionSpec given : commandLine.matchedOptions()) {
      if (ofRow.findOption(given.longestName()) != null) {
        defaults.put(
            given.longestName(),
            given.originalStringValues().stream()
                .map(value -> given.longestName() + "=" + value)
                .toList());
      }
    }
  }

  /**
   * Reads all lines.
   *
   * @param commandLine where what lines do not say is found
   * @throws InvalidInputException naming file and line of what cannot be meant
   */
  static List<BatchRow> read(Path file, ParseResult commandLine) {
    List<BatchRow> rows = new BatchFile(file, commandLine).rows();
    if (rows.isEmpty()) {
      throw new InvalidInputException("%s holds no prompt; write one a line.".formatted(file));
    }
    requireDistinctNames(rows);
    return rows;
  }

  private List<BatchRow> rows() {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (!name.endsWith(".jsonl") && !name.endsWith(".txt")) {
      throw new InvalidInputException(
          "%s is named neither .jsonl (a JSON object a line) nor .txt (a prompt a line); rename it."
              .formatted(file));
    }
    List<BatchRow> rows = new ArrayList<>();
    List<String> lines = lines();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty()) {
        Map<String, List<String>> words =
            name.endsWith(".txt")
                ? Map.of("--prompt", List.of("--prompt=" + line))
                : words(line, i + 1);
        rows.add(row(i + 1, words));
      }
    }
    return rows;
  }

  private List<String> lines() {
    try {
      String text = Files.readString(file);
      return (text.startsWith("\ufeff") ? text.substring(1) : text).lines().toList();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException("%s is not UTF-8; save it as UTF-8.".formatted(file), e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); give a file of prompts.".formatted(file, AtomicFile.reason(e)), e);
    }
  }

  private BatchRow row(int line, Map<String, List<String>> words) {
    Map<String, List<String>> all = new LinkedHashMap<>(defaults);
    all.putAll(words);
    return BatchRow.parse(file, line, all.values().stream().flatMap(List::stream).toList());
  }

  /** A line's words by the option's longest name. */
  private Map<String, List<String>> words(String line, int number) {
    JsonNode json;
    try {
      json = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw refused(
          number,
          "this is not valid JSON (%s); write for example %s"
              .formatted(e.getOriginalMessage(), EXAMPLE));
    }
    if (!json.isObject()) {
      throw refused(number, "this is no JSON object; write for example " + EXAMPLE);
    }
    Map<String, List<String>> words = new LinkedHashMap<>();
    json.properties()
        .forEach(
            entry -> {
              OptionSpec option = options.get(entry.getKey());
              if (option == null) {
                throw refused(
                    number,
                    "there is no key '%s'; choose among %s"
                        .formatted(entry.getKey(), String.join(", ", options.keySet())));
              }
              List<String> values = values(entry.getKey(), option, entry.getValue(), number);
              String name = option.longestName();
              if (words.put(name, values.stream().map(v -> name + "=" + v).toList()) != null) {
                throw refused(
                    number,
                    "'%s' is there under two names; leave one out".formatted(entry.getKey()));
              }
            });
    return words;
  }

  private List<String> values(String key, OptionSpec option, JsonNode value, int line) {
    if (value.isNull()) {
      return List.of();
    }
    if (option.typeInfo().isCollection()) {
      List<JsonNode> elements =
          value.isArray()
              ? StreamSupport.stream(value.spliterator(), false).toList()
              : List.of(value);
      if (elements.stream().allMatch(JsonNode::isTextual)) {
        return elements.stream().map(JsonNode::asText).toList();
      }
      throw refused(line, "'%s' needs a text, or a list of texts".formatted(key));
    }
    Kind kind = Kind.of(option.type());
    if (!kind.fits(value)) {
      throw refused(line, "'%s' needs %s, not %s".formatted(key, kind.description, value));
    }
    return List.of(value.asText());
  }

  private InvalidInputException refused(int line, String what) {
    return new InvalidInputException("%s, line %d: %s.".formatted(file, line, what));
  }

  /** What JSON an option of some type takes. */
  private enum Kind {
    TRUTH("true or false"),
    WHOLE_NUMBER("a whole number"),
    NUMBER("a number"),
    TEXT("a text");

    private final String description;

    Kind(String description) {
      this.description = description;
    }

    static Kind of(Class<?> type) {
      if (type == boolean.class || type == Boolean.class) {
        return TRUTH;
      }
      if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
        return WHOLE_NUMBER;
      }
      return type == double.class || type == Double.class ? NUMBER : TEXT;
    }

    boolean fits(JsonNode value) {
      return switch (this) {
        case TRUTH -> value.isBoolean();
        case WHOLE_NUMBER -> value.isIntegralNumber();
        case NUMBER -> value.isNumber();
        case TEXT -> value.isTextual();
      };
    }
  }

  /** Names that some file systems hold for the same are the same. */
  private static void requireDistinctNames(List<BatchRow> rows) {
    Map<String, BatchRow> taken = new HashMap<>();
    for (BatchRow row : rows) {
      for (String name : row.order().fileNames()) {
        BatchRow other = taken.put(name.toLowerCase(Locale.ROOT), row);
        if (other != null) {
          throw new InvalidInputException(
              "%s: the name %s is that of line %d too; choose another output_name."
                  .formatted(row, name, other.line()));
        }
      }
    }
  }
}
