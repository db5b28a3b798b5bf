package io.chiaroscuro.prompt;

import io.chiaroscuro.InvalidInputException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One reading of a prompt in the weighted syntax.
 *
 * <p>Round brackets multiply the weight of what they enclose by 1.1, or by the number before the
 * closing one; square brackets divide it by 1.1; nested ones add up. A bracket that is never closed
 * reaches to the end, one that was never opened is text.
 */
final class WeightGrammar {

  private static final double ROUND = 1.1;
  private static final double SQUARE = 1 / 1.1;
  private static final Pattern NUMBER_AND_CLOSE = Pattern.compile(":\\s*([-+]?[.0-9]+)\\s*\\)");
  private static final Pattern TEXT = Pattern.compile("[^\\\\()\\[\\]:]+");
  private static final Pattern BREAK =
      Pattern.compile("\\s*\\bBREAK\\b\\s*", Pattern.UNICODE_CHARACTER_CLASS);

  /** A stretch of text whose brackets may not all be closed yet. */
  private static final class Piece {
    private final String text;
    private double weight = 1;

    private Piece(String text) {
      this.text = text;
    }
  }

  private final String prompt;

  /** Stands among the pieces where a section ends. */
  private final Piece sectionEnd = new Piece("");

  private final List<Piece> pieces = new ArrayList<>();

  /** Where the brackets that are open began, in {@link #pieces}. */
  private final Deque<Integer> round = new ArrayDeque<>();

  private final Deque<Integer> square = new ArrayDeque<>();

  WeightGrammar(String prompt) {
    this.prompt = prompt;
  }

  List<List<WeightedText>> parse() {
    for (int position = 0; position < prompt.length(); ) {
      position = read(position);
    }
    round.forEach(start -> multiply(start, ROUND));
    square.forEach(start -> multiply(start, SQUARE));
    return sections();
  }

  /** Reads what begins at {@code position}; returns where the next begins. */
  private int read(int position) {
    char first = prompt.charAt(position);
    switch (first) {
      case '\\' -> {
        return escaped(position + 1);
      }
      case '(' -> round.push(pieces.size());
      case '[' -> square.push(pieces.size());
      case ')' -> close(round, ROUND, ")");
      case ']' -> close(square, SQUARE, "]");
      case ':' -> {
        return colon(position);
      }
      default -> {
        Matcher text = at(TEXT, position);
        readText(text.group());
        return text.end();
      }
    }
    return position + 1;
  }

  /** A backslash before another sign than these vanishes, as it does in the original. */
  private int escaped(int position) {
    if (position < prompt.length() && "\\()[]".indexOf(prompt.charAt(position)) >= 0) {
      pieces.add(new Piece(prompt.substring(position, position + 1)));
      return position + 1;
    }
    return position;
  }

  private int colon(int position) {
    Matcher number = at(NUMBER_AND_CLOSE, position);
    if (number == null || round.isEmpty()) {
      pieces.add(new Piece(":"));
      return position + 1;
    }
    multiply(round.pop(), weight(number.group(1)));
    return number.end();
  }

  private static double weight(String number) {
    try {
      return Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "The weight '%s' in the prompt is no number; write for example (word:1.3), or \\( for a bracket that is text."
              .formatted(number));
    }
  }

  private void close(Deque<Integer> opened, double factor, String bracket) {
    if (opened.isEmpty()) {
      pieces.add(new Piece(bracket));
    } else {
      multiply(opened.pop(), factor);
    }
  }

  private void readText(String text) {
    String[] parts = BREAK.split(text, -1);
    for (int i = 0; i < parts.length; i++) {
      if (i > 0) {
        pieces.add(sectionEnd);
      }
      pieces.add(new Piece(parts[i]));
    }
  }

  private void multiply(int start, double factor) {
    pieces.subList(start, pieces.size()).forEach(piece -> piece.weight *= factor);
  }

  /** Neighbours of one weight are tokenized together, so that they may be one word. */
  private List<List<WeightedText>> sections() {
    List<List<WeightedText>> sections = new ArrayList<>();
    List<WeightedText> section = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece == sectionEnd) {
        sections.add(section);
        section = new ArrayList<>();
      } else if (!piece.text.isEmpty()) {
        int last = section.size() - 1;
        if (last >= 0 && section.get(last).weight() == piece.weight) {
          section.set(last, new WeightedText(section.get(last).text() + piece.text, piece.weight));
        } else {
          section.add(new WeightedText(piece.text, piece.weight));
        }
      }
    }
    sections.add(section);
    return sections;
  }

  private Matcher at(Pattern pattern, int position) {
    Matcher matcher = pattern.matcher(prompt).region(position, prompt.length());
    return matcher.lookingAt() ? matcher : null;
  }
}
