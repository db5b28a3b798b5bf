package io.chiaroscuro.clip;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.file.AtomicFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A vocabulary learnt by byte-pair encoding: every byte, every byte at a word's end, what is learnt
 * from words by joining neighbours, and the two special tokens of CLIP. It tokenizes any text.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al. 2016, algorithm 1</a>
 */
public final class BytePairVocabulary {

  private static final String WORD_END = "</w>";
  private static final String BOS = "<|startoftext|>";
  private static final String EOS = "<|endoftext|>";

  private final List<String> tokens;
  private final List<String> merges;

  private BytePairVocabulary(List<String> tokens, List<String> merges) {
    this.tokens = tokens;
    this.merges = merges;
  }

  /**
   * Joins the most frequent neighbours until each word is one token; of equals the first by name.
   *
   * @param words lower case, without spaces; each counts as often as it comes
   */
  public static BytePairVocabulary learn(Collection<String> words) {
    Set<String> tokens = new LinkedHashSet<>(alphabet());
    alphabet().forEach(letter -> tokens.add(letter + WORD_END));
    List<String> merges = merges(words);
    merges.forEach(merge -> tokens.add(merge.replace(" ", "")));
    tokens.add(BOS);
    tokens.add(EOS);
    return new BytePairVocabulary(List.copyOf(tokens), merges);
  }

  /** How many tokens there are, the {@code vocab_size} of a text encoder for it. */
  public int size() {
    return tokens.size();
  }

  /**
   * Writes a checkpoint's {@code tokenizer} folder: {@code vocab.json}, {@code merges.txt}, {@code
   * tokenizer_config.json} and {@code special_tokens_map.json}.
   *
   * @param padToken what prompts are padded with: {@code <|endoftext|>} in Stable Diffusion 1.x,
   *     {@code !} in 2.x
   * @param modelMaxLength tokens of a prompt, special ones included
   * @throws io.chiaroscuro.InvalidInputException if the folder cannot be written
   */
  public void write(Path folder, String padToken, int modelMaxLength) {
    ObjectNode vocab = JsonNodeFactory.instance.objectNode();
    tokens.forEach(token -> vocab.put(token, vocab.size()));
    text(folder.resolve("merges.txt"), "#version: 0.2\n" + String.join("\n", merges) + "\n");
    json(folder.resolve("vocab.json"), vocab);
    json(
        folder.resolve("tokenizer_config.json"),
        specialTokens(padToken)
            .put("add_prefix_space", false)
            .put("do_lower_case", true)
            .put("errors", "replace")
            .put("model_max_length", modelMaxLength)
            .put("tokenizer_class", "CLIPTokenizer"));
    json(folder.resolve("special_tokens_map.json"), specialTokens(padToken));
  }

  /**
   * One printable character a byte, in GPT-2's way: printable bytes of Latin-1 stand for
   * themselves, the others for the characters from U+0100 on.
   */
  private static List<String> alphabet() {
    List<String> printable = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      boolean isPrintable = b > ' ' && b < 0x7f || b > 0xa0 && b != 0xad;
      if (isPrintable) {
        printable.add(Character.toString(b));
      } else {
        others.add(Character.toString(0x100 + others.size()));
      }
    }
    printable.addAll(others);
    return printable;
  }

  private static List<String> merges(Collection<String> spelt) {
    List<List<String>> words = new ArrayList<>();
    for (String word : spelt) {
      List<String> letters = new ArrayList<>(List.of(word.split("")));
      letters.add(letters.remove(letters.size() - 1) + WORD_END);
      words.add(letters);
    }
    List<String> merges = new ArrayList<>();
    while (words.stream().anyMatch(word -> word.size() > 1)) {
      Map<String, Integer> counts = new TreeMap<>();
      for (List<String> word : words) {
        for (int i = 1; i < word.size(); i++) {
          counts.merge(word.get(i - 1) + " " + word.get(i), 1, Integer::sum);
        }
      }
      String best =
          counts.entrySet().stream()
              .min(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
              .orElseThrow()
              .getKey();
      merges.add(best);
      words.forEach(word -> join(word, best));
    }
    return merges;
  }

  private static void join(List<String> word, String pair) {
    for (int i = 1; i < word.size(); i++) {
      if (pair.equals(word.get(i - 1) + " " + word.get(i))) {
        word.set(i - 1, word.get(i - 1) + word.remove(i));
      }
    }
  }

  private static ObjectNode specialTokens(String padToken) {
    ObjectNode tokens = JsonNodeFactory.instance.objectNode();
    tokens.put("bos_token", BOS).put("eos_token", EOS);
    return tokens.put("unk_token", EOS).put("pad_token", padToken);
  }

  private static void json(Path file, ObjectNode json) {
    var printer = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    AtomicFile.write(
        file,
        temporary ->
            Files.writeString(
                temporary, new JsonMapper().writer(printer).writeValueAsString(json) + "\n"));
  }

  private static void text(Path file, String text) {
    AtomicFile.write(file, temporary -> Files.writeString(temporary, text));
  }
}
