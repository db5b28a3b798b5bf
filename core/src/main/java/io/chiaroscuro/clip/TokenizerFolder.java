package io.chiaroscuro.clip;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A checkpoint's {@code tokenizer/} folder, in the variants that were published over the years.
 *
 * <p>The vocabulary is in {@code tokenizer.json} or in {@code vocab.json} and {@code merges.txt}.
 * The added tokens are in {@code tokenizer_config.json} under {@code added_tokens_decoder}; folders
 * older than that key have them in {@code added_tokens.json}, and a {@code special_tokens_map.json}
 * that overrides the configuration: Stable Diffusion 2.1 names its padding token only there.
 */
final class TokenizerFolder {

  /** For configurations that name no maximum, or an astronomic one. */
  private static final int CLIP_MAX_LENGTH = 77;

  private static final List<String> SPECIAL_TOKENS =
      List.of("bos_token", "eos_token", "unk_token", "pad_token");

  /** A special token, and whether its file gives only its content. */
  private record SpecialToken(AddedToken token, boolean isBare) {

    static SpecialToken bare(String content) {
      return new SpecialToken(AddedToken.special(content), true);
    }
  }

  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;
  private final JsonNode document;

  /** By role. */
  private final Map<String, SpecialToken> specialTokens = new LinkedHashMap<>();

  /** By the ids that the files state. */
  private final Map<Integer, AddedToken> addedTokens = new TreeMap<>();

  private TokenizerFolder(Path folder) {
    this.folder = folder;
    this.document = objectIfPresent("tokenizer.json");
    SPECIAL_TOKENS.forEach(role -> specialTokens.put(role, SpecialToken.bare("<|endoftext|>")));
    specialTokens.put("bos_token", SpecialToken.bare("<|startoftext|>"));
  }

  /**
   * Reads the folder.
   *
   * @throws InvalidInputException if a file is missing or malformed; the message names it
   */
  static TokenizerDefinition read(Path folder) {
    return new TokenizerFolder(folder).read();
  }

  private TokenizerDefinition read() {
    JsonNode config = objectIfPresent("tokenizer_config.json");
    readSpecialTokens("tokenizer_config.json");
    if (config.has("added_tokens_decoder")) {
      config
          .get("added_tokens_decoder")
          .properties()
          .forEach(e -> add("tokenizer_config.json", e.getKey(), e.getValue()));
    } else {
      readSpecialTokens("special_tokens_map.json");
      objectIfPresent("added_tokens.json").properties().forEach(this::addLegacy);
      document
          .path("added_tokens")
          .forEach(token -> add("tokenizer.json", token.path("id").asText(), token));
    }
    TokenizerDefinition definition = define(maxLength(config.path("model_max_length")));
    requireStatedIds(definition);
    return definition;
  }

  private TokenizerDefinition define(int modelMaxLength) {
    Map<String, Integer> vocab;
    List<String> merges;
    if (document.isMissingNode()) {
      vocab = vocab("vocab.json", object("vocab.json"));
      merges = mergeLines();
      requireMergesOf(vocab, merges, "merges.txt");
    } else {
      vocab = vocab("tokenizer.json", document.path("model").path("vocab"));
      merges = mergePairs(document.path("model").path("merges"));
      requireMergesOf(vocab, merges, "tokenizer.json");
    }
    return new TokenizerDefinition(
        vocab,
        merges,
        tokensToAdd(),
        content("bos_token"),
        content("eos_token"),
        content("unk_token"),
        content("pad_token"),
        modelMaxLength);
  }

  private void readSpecialTokens(String file) {
    JsonNode json = objectIfPresent(file);
    for (String role : SPECIAL_TOKENS) {
      if (json.hasNonNull(role)) {
        specialTokens.put(role, specialToken(file, json.get(role)));
      }
    }
  }

  private SpecialToken specialToken(String file, JsonNode json) {
    return json.isTextual() && !json.asText().isEmpty()
        ? SpecialToken.bare(json.asText())
        : new SpecialToken(token(file, json, true), false);
  }

  private String content(String role) {
    return specialTokens.get(role).token().content();
  }

  /**
   * The stated ones, then the special ones that are not among them. Where two roles share a token
   * but one is a bare string, the later wins, as it does in transformers: such is the published
   * {@code <|endoftext|>} of Stable Diffusion 1.x.
   */
  private List<AddedToken> tokensToAdd() {
    Map<String, SpecialToken> specials = new LinkedHashMap<>();
    for (String role : SPECIAL_TOKENS) {
      SpecialToken special = specialTokens.get(role);
      specials.merge(
          special.token().content(),
          special,
          (earlier, later) -> earlier.isBare() == later.isBare() ? earlier : later);
    }
    Map<String, AddedToken> tokens = new LinkedHashMap<>();
    addedTokens.values().forEach(token -> tokens.put(token.content(), token));
    specials.forEach((content, special) -> tokens.putIfAbsent(content, special.token()));
    return List.copyOf(tokens.values());
  }

  private void add(String file, String id, JsonNode json) {
    try {
      addedTokens.put(
          Integer.parseInt(id), token(file, json, json.path("special").asBoolean(false)));
    } catch (NumberFormatException e) {
      throw broken(file, "'%s' is no token id".formatted(id));
    }
  }

  private void addLegacy(Map.Entry<String, JsonNode> entry) {
    String content = entry.getKey();
    if (!entry.getValue().isInt()) {
      throw broken("added_tokens.json", "'%s' has no integer id".formatted(content));
    }
    boolean special = SPECIAL_TOKENS.stream().anyMatch(role -> content(role).equals(content));
    addedTokens.put(
        entry.getValue().asInt(),
        special ? AddedToken.special(content) : AddedToken.placeholder(content));
  }

  private AddedToken token(String file, JsonNode json, boolean special) {
    if (!json.path("content").isTextual() || json.path("content").asText().isEmpty()) {
      throw broken(file, "an added token has no 'content'");
    }
    return new AddedToken(
        json.get("content").asText(),
        special,
        json.path("normalized").asBoolean(!special),
        json.path("single_word").asBoolean(false),
        json.path("lstrip").asBoolean(false),
        json.path("rstrip").asBoolean(false));
  }

  /** The embedding's rows follow the ids, so a gap would give a token another one's meaning. */
  private void requireStatedIds(TokenizerDefinition definition) {
    Map<String, Integer> ids = definition.addedTokenIds();
    addedTokens.forEach(
        (id, token) -> {
          int expected = ids.get(token.content());
          if (expected != id) {
            throw new InvalidInputException(
                "%s gives the added token '%s' the id %d where %d is expected; renumber it."
                    .formatted(folder, token.content(), id, expected));
          }
        });
  }

  private Map<String, Integer> vocab(String file, JsonNode json) {
    if (!json.isObject() || json.isEmpty()) {
      throw broken(file, "it holds no vocabulary");
    }
    Map<String, Integer> vocab = new LinkedHashMap<>();
    json.properties()
        .forEach(
            entry -> {
              JsonNode id = entry.getValue();
              if (!id.isInt() || id.asInt() < 0) {
                throw broken(
                    file, "token '%s' has the impossible id %s".formatted(entry.getKey(), id));
              }
              vocab.put(entry.getKey(), id.asInt());
            });
    return vocab;
  }

  private List<String> mergeLines() {
    return text("merges.txt")
        .lines()
        .filter(line -> !line.startsWith("#version") && !line.isEmpty())
        .toList();
  }

  /** Older documents write a pair as one string, newer ones as a list of two. */
  private static List<String> mergePairs(JsonNode json) {
    List<String> merges = new ArrayList<>();
    json.forEach(
        pair ->
            merges.add(
                pair.isArray()
                    ? pair.path(0).asText() + " " + pair.path(1).asText()
                    : pair.asText()));
    return merges;
  }

  private void requireMergesOf(Map<String, Integer> vocab, List<String> merges, String file) {
    for (String merge : merges) {
      int space = merge.indexOf(' ');
      if (space < 0
          || !vocab.containsKey(merge.substring(0, space))
          || !vocab.containsKey(merge.substring(space + 1))
          || !vocab.containsKey(merge.substring(0, space) + merge.substring(space + 1))) {
        throw broken(
            file, "the merge '%s' does not join two tokens of the vocabulary".formatted(merge));
      }
    }
  }

  private int maxLength(JsonNode json) {
    if (!json.isNumber() || !json.canConvertToInt()) {
      return CLIP_MAX_LENGTH;
    }
    if (json.asInt() < 2) {
      throw broken(
          "tokenizer_config.json",
          "a 'model_max_length' of %d leaves no room for a text".formatted(json.asInt()));
    }
    return json.asInt();
  }

  private JsonNode objectIfPresent(String file) {
    return Files.exists(folder.resolve(file)) ? object(file) : MissingNode.getInstance();
  }

  private JsonNode object(String file) {
    try {
      JsonNode json = JSON.readTree(text(file));
      if (!json.isObject()) {
        throw broken(file, "it is not a JSON object");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw broken(file, "it is not valid JSON: " + e.getOriginalMessage());
    }
  }

  private String text(String file) {
    Path path = folder.resolve(file);
    try {
      return Files.readString(path);
    } catch (CharacterCodingException e) {
      throw broken(file, "it is not valid UTF-8");
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); a checkpoint's tokenizer needs vocab.json and merges.txt."
              .formatted(path, AtomicFile.reason(e)),
          e);
    }
  }

  private InvalidInputException broken(String file, String what) {
    return new InvalidInputException(
        "%s is not usable: %s; fetch it again.".formatted(folder.resolve(file), what));
  }
}
