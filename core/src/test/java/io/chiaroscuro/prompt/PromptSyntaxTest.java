package io.chiaroscuro.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptSyntaxTest {

  /** Each stretch as {@code text|weight}, sections parted by slashes. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      ignoreLeadingAndTrailingWhitespace = false,
      textBlock =
          """
          a night => a night|1.0000
          an (important) word => an |1.0000,important|1.1000, word|1.0000
          (a:1.3) => a|1.3000
          (a: 1.3 ) => a|1.3000
          (a:.5) => a|0.5000
          (a:-1)(b:+2) => a|-1.0000,b|2.0000
          (a:0) => a|0.0000
          [a] => a|0.9091
          [[a]] => a|0.8264
          ((a)) => a|1.2100
          ((a:2):3) => a|6.0000
          ((a) b:2) => a|2.2000, b|2.0000
          (a [b) c] => a |1.1000,b|1.0000, c|0.9091
          (a => a|1.1000
          ((a => a|1.2100
          [a => a|0.9091
          a) => a)|1.0000
          a] => a]|1.0000
          a:1.3) => a:1.3)|1.0000
          [a:1.3] => a:1.3|0.9091
          [a:b:0.5] => a:b:0.5|0.9091
          (a:b) => a:b|1.1000
          (a)(b) => ab|1.1000
          (a)b => a|1.1000,b|1.0000
          \\(a\\) => (a)|1.0000
          (\\(a\\):2) => (a)|2.0000
          \\[a\\] => [a]|1.0000
          a\\\\ => a\\|1.0000
          a\\b => ab|1.0000
          a\\ => a|1.0000
          a BREAK b => a|1.0000/b|1.0000
          a,BREAK,b => a,|1.0000/,b|1.0000
          (a BREAK b:2) => a|2.0000/b|2.0000
          BREAK => /
          BREAKFAST, break, SUN_BREAK => BREAKFAST, break, SUN_BREAK|1.0000
          (dark 夜:1.5)星 => dark 夜|1.5000,星|1.0000
          """)
  void readsWeightsAndBreaks(String prompt, String expected) {
    String read =
        PromptSyntax.WEIGHTED.parse(prompt).stream()
            .map(
                section ->
                    section.stream()
                        .map(t -> "%s|%.4f".formatted(t.text(), t.weight()))
                        .collect(Collectors.joining(",")))
            .collect(Collectors.joining("/"));
    assertThat(read).isEqualTo(expected);
  }

  /** The example that AUTOMATIC1111's documentation of the grammar gives. */
  @Test
  void readsTheExampleOfTheField() {
    List<WeightedText> read =
        PromptSyntax.WEIGHTED.parse("a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).").get(0);
    assertThat(read)
        .extracting(WeightedText::text)
        .containsExactly("a ", "house", " ", "on", " a ", "hill", ", sun, ", "sky", ".");
    double[] weights = {1, 1.573, 1.1, 1, 1.1, 0.55, 1.1, 1.4641, 1.1};
    assertThat(read.stream().mapToDouble(WeightedText::weight).toArray())
        .containsExactly(weights, within(1e-12));
  }

  @Test
  void anEmptyPromptHasOneEmptySection() {
    assertThat(PromptSyntax.WEIGHTED.parse("")).containsExactly(List.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a:1.3) [b] \\( BREAK c", "", "((("})
  void plainIsText(String prompt) {
    assertThat(PromptSyntax.PLAIN.parse(prompt))
        .containsExactly(List.of(new WeightedText(prompt, 1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2.3", ".", "+.", "..5"})
  void refusesWeightsThatAreNoNumbers(String weight) {
    assertThatThrownBy(() -> PromptSyntax.WEIGHTED.parse("a (b:%s) c".formatted(weight)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'%s'".formatted(weight))
        .hasMessageContaining("(word:1.3)");
  }

  @Test
  void longPromptsOfBracketsAreRead() {
    String brackets = "(".repeat(20_000);
    assertThat(PromptSyntax.WEIGHTED.parse(brackets)).containsExactly(List.of());
    assertThat(PromptSyntax.WEIGHTED.parse(brackets + "a" + ")".repeat(20_000)).get(0))
        .singleElement()
        .satisfies(read -> assertThat(read.text()).isEqualTo("a"));
  }

  @Test
  void isFoundByName() {
    assertThat(PromptSyntax.of("Weighted")).isEqualTo(PromptSyntax.WEIGHTED);
    assertThat(PromptSyntax.of("plain")).isEqualTo(PromptSyntax.PLAIN);
    assertThatThrownBy(() -> PromptSyntax.of("compel"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("There is no prompt syntax 'compel'; choose weighted or plain.");
  }
}
