package io.chiaroscuro.clip;

import java.nio.file.Path;
import java.util.List;

/**
 * A small vocabulary of our own, for checkpoints that the repository makes by itself: learnt from a
 * few words that prompts are made of. It tokenizes any text, always with the same ids.
 */
public final class ByteVocabulary {

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

  private static final BytePairVocabulary VOCABULARY =
      BytePairVocabulary.learn(List.of(WORDS.strip().split("\\s+")));

  /** How many tokens there are, the {@code vocab_size} of a text encoder for it. */
  public static final int SIZE = VOCABULARY.size();

  private ByteVocabulary() {}

  /**
   * Writes a checkpoint's {@code tokenizer} folder, for prompts of 77 tokens.
   *
   * @param padToken what prompts are padded with: {@code <|endoftext|>} in Stable Diffusion 1.x,
   *     {@code !} in 2.x
   * @throws io.chiaroscuro.InvalidInputException if the folder cannot be written
   */
  public static void write(Path folder, String padToken) {
    VOCABULARY.write(folder, padToken, 77);
  }
}
