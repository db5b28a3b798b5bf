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
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A small vocabulary of our own, for checkpoints that the repository makes by itself: every byte,
 * every byte at a word's end, what byte-pair encoding learns from a few words that prompts are made
 * of, and the two special tokens. It tokenizes any text, always with the same ids.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al. 2016, algorithm 1</a>
 */
public final class ByteVocabulary {

  /**
   * How many tokens there are, the {@code vocab_size} of a text encoder for it; so many that each
   * of the words below has become one token.
   */
  public static final int SIZE = 1121;

  private static final String WORD_END = "</w>";
  private static final String BOS = "<|startoftext|>";
  private static final String EOS = "<|endoftext|>";

  private static final String WORDS =
      """
      a an the and or of in on at by with without from to over under near behind between
      photo photograph picture image painting drawing sketch portrait landscape poster logo
      watercolor oil ink pencil pastel charcoal line art style abstract minimal detailed realistic
      very dark darker darkness black night midnight shadow shade silhouette dim gloomy moonless
      bright brighter brightness white light lighting lights sunlight moonlight candlelight
      torchlight lamp lantern neon glow glowing shining sunny snow snowy fog foggy mist rain
      rainstorm storm cloud cloudy sky star stars moon sun sunrise sunset dawn dusk noon
      red orange yellow green blue purple violet pink brown grey gray gold silver color colors
      colorful monochrome solid background foreground contrast high low soft hard warm cold
      man woman child people person face hand eye astronaut knight queen king dancer sailor
      dog cat horse riding bird fish bear wolf fox lion tiger elephant rabbit owl butterfly
      tree forest flower rose garden grass leaf river lake sea ocean beach wave mountain hill
      valley desert island road street alley town square city village house castle church tower
      bridge window door room kitchen table chair bed book clock mirror bottle cup bowl apple
      bread cake car train boat ship plane bicycle balloon rocket space planet earth galaxy
      old new small big large tiny huge long short round quiet empty crowded beautiful strange
      winter summer spring autumn morning evening looking standing sitting walking running flying
      one two three four five six seven eight nine ten is are was has not no
      """;

  private ByteVocabulary() {}

  /**
   * Writes a checkpoint's {@code tokenizer} folder: {@code vocab.json}, {@code merges.txt}, {@code
   * tokenizer_config.json} and {@code special_tokens_map.json}.
   *
   * @param padToken what prompts are padded with: {@code <|endoftext|>} in Stable Diffusion 1.x,
   *     {@code !} in 2.x
   * @throws io.chiaroscuro.InvalidInputException if the folder cannot be written
   */
  public static void write(Path folder, String padToken) {
    Set<String> tokens = new LinkedHashSet<>(alphabet());
    alphabet().forEach(letter -> tokens.add(letter + WORD_END));
    List<String> merges = learn(tokens);
    tokens.add(BOS);
    tokens.add(EOS);
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
            .put("model_max_length", 77)
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

  /**
   * Joins the most frequent neighbours until the vocabulary is full; of equals the first by name.
   */
  private static List<String> learn(Set<String> tokens) {
    List<List<String>> words = new ArrayList<>();
    for (String word : WORDS.strip().split("\\s+")) {
      List<String> letters = new ArrayList<>(List.of(word.split("")));
      letters.add(letters.remove(letters.size() - 1) + WORD_END);
      words.add(letters);
    }
    List<String> merges = new ArrayList<>();
    while (tokens.size() < SIZE - 2) {
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
      tokens.add(best.replace(" ", ""));
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
