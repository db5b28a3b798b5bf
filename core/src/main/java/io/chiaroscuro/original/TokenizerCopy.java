package io.chiaroscuro.original;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The tokenizer of a single file, which carries none. All of Stable Diffusion splits texts by
 * CLIP's one vocabulary; only what fills a prompt up differs, so that any checkpoint's tokenizer
 * serves.
 */
final class TokenizerCopy {

  private static final String CONFIG = "tokenizer_config.json";

  private static final List<String> VOCABULARY =
      List.of("vocab.json", "merges.txt", "tokenizer.json", "added_tokens.json");

  private final Path source;

  /**
   * @param folder with a vocabulary, or with a folder {@code tokenizer} that has one
   * @throws InvalidInputException if neither is so
   */
  TokenizerCopy(Path folder) {
    Path nested = folder.resolve("tokenizer");
    this.source = hasVocabulary(nested) ? nested : folder;
    if (!hasVocabulary(source)) {
      throw new InvalidInputException(
          "%s holds no tokenizer; give a checkpoint, or a folder with vocab.json and merges.txt."
              .formatted(folder));
    }
  }

  private static boolean hasVocabulary(Path folder) {
    return Files.isRegularFile(folder.resolve("tokenizer.json"))
        || Files.isRegularFile(folder.resolve("vocab.json"))
            && Files.isRegularFile(folder.resolve("merges.txt"));
  }

  /** Writes it for {@code encoder} below {@code checkpoint}. */
  void write(Path checkpoint, TextEncoder encoder) {
    Path target = checkpoint.resolve(encoder.tokenizer());
    for (String name : VOCABULARY) {
      Path file = source.resolve(name);
      if (Files.isRegularFile(file)) {
        AtomicFile.write(
            target.resolve(name),
            temporary -> Files.copy(file, temporary, StandardCopyOption.REPLACE_EXISTING));
      }
    }
    ObjectNode config = config();
    config.put("pad_token", encoder.padToken());
    JsonFile.write(target.resolve(CONFIG), config);
  }

  private ObjectNode config() {
    Path file = source.resolve(CONFIG);
    if (!Files.isRegularFile(file)) {
      ObjectNode config = new JsonMapper().createObjectNode();
      config.put("bos_token", "<|startoftext|>");
      config.put("eos_token", "<|endoftext|>");
      config.put("unk_token", "<|endoftext|>");
      config.put("model_max_length", 77);
      return config.put("tokenizer_class", "CLIPTokenizer");
    }
    try {
      JsonNode json = new JsonMapper().readTree(Files.readAllBytes(file));
      if (json instanceof ObjectNode config) {
        return config;
      }
      throw new InvalidInputException("%s is not a JSON object; fetch it again.".formatted(file));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s is not valid JSON (%s); fetch it again.".formatted(file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check the path and its permissions."
              .formatted(file, AtomicFile.reason(e)),
          e);
    }
  }
}
