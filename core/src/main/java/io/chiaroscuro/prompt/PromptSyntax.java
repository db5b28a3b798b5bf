package io.chiaroscuro.prompt;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.CLIPTokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How prompts are read. Prompts without brackets, backslashes and {@code BREAK} mean the same. */
public enum PromptSyntax {

  /**
   * As diffusers' pipelines read them: every character is text, and what exceeds the tokenizer's
   * length is cut off.
   */
  PLAIN {
    @Override
    public List<List<WeightedText>> parse(String prompt) {
      return List.of(List.of(new WeightedText(prompt, 1)));
    }

    @Override
    List<TokenChunk> chunks(CLIPTokenizer tokenizer, String prompt) {
      return List.of(TokenChunk.unweighted(tokenizer.encode(prompt).inputIds()));
    }
  },

  /**
   * As AUTOMATIC1111's web UI and the programs after it read them: {@code (word)}, {@code
   * (word:1.3)} and {@code [word]} weigh, {@code BREAK} begins a new chunk, a backslash makes the
   * next bracket text, and nothing is cut off.
   */
  WEIGHTED {
    @Override
    public List<List<WeightedText>> parse(String prompt) {
      return new WeightGrammar(prompt).parse();
    }

    @Override
    List<TokenChunk> chunks(CLIPTokenizer tokenizer, String prompt) {
      return new Chunking(tokenizer).chunks(parse(prompt));
    }
  };

  /**
   * The syntax of that name, in any case.
   *
   * @throws InvalidInputException if there is none
   */
  public static PromptSyntax of(String name) {
    return Arrays.stream(values())
        .filter(syntax -> syntax.toString().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "There is no prompt syntax '%s'; choose weighted or plain.".formatted(name)));
  }

  /**
   * What the prompt says, in the sections that {@code BREAK} separates; neighbours differ in
   * weight. Sections may be empty.
   *
   * @throws InvalidInputException if a weight is no number
   */
  public abstract List<List<WeightedText>> parse(String prompt);

  /** The prompt as a text encoder takes it, one chunk or more. */
  abstract List<TokenChunk> chunks(CLIPTokenizer tokenizer, String prompt);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
