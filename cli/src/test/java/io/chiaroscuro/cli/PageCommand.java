package io.chiaroscuro.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command as it stands on a page of the documentation.
 *
 * @param line all of it, continued lines joined
 * @param environment the variables before it
 * @param words its arguments
 * @param output what the page says that it prints; blank if nothing
 */
record PageCommand(
    String line, Map<String, String> environment, List<String> words, String output) {

  private static final String LAUNCHER = "./chiaroscuro";

  /** Before a command whose output is shown. */
  private static final String PROMPT = "$ ";

  private static final Pattern CODE = Pattern.compile(" {4,}(.*)");
  private static final Pattern FENCED = Pattern.compile("(?s)\n```.*?\n```\n");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  /**
   * The commands of a page by section, in its order.
   *
   * @throws IllegalArgumentException if an indented line is no part of a command
   */
  static Map<String, List<PageCommand>> bySection(Path page) throws IOException {
    String text =
        FENCED.matcher(Files.readString(page)).replaceAll("\n").replaceAll("\\\\\n *", "");
    Map<String, List<PageCommand>> sections = new LinkedHashMap<>();
    for (String section : text.split("\n(?=## )")) {
      List<PageCommand> commands = new ArrayList<>();
      section
          .lines()
          .map(CODE::matcher)
          .filter(Matcher::matches)
          .forEach(code -> add(commands, code.group(1)));
      sections.put(section.lines().findFirst().orElseThrow().replaceFirst("#+ ", ""), commands);
    }
    return sections;
  }

  private static void add(List<PageCommand> commands, String line) {
    if (line.contains(LAUNCHER)) {
      commands.add(parse(line));
      return;
    }
    int last = commands.size() - 1;
    if (last < 0 || !commands.get(last).line().startsWith(PROMPT)) {
      throw new IllegalArgumentException("Neither a command nor its output: " + line);
    }
    commands.set(last, commands.get(last).printing(line));
  }

  private PageCommand printing(String more) {
    return new PageCommand(line, environment, words, (output + " " + more).strip());
  }

  private static PageCommand parse(String line) {
    Map<String, String> environment = new HashMap<>();
    List<String> words = new ArrayList<>();
    String command = line.substring(line.indexOf(LAUNCHER) + LAUNCHER.length());
    for (String variable : line.substring(0, line.indexOf(LAUNCHER)).split(" ")) {
      if (variable.contains("=")) {
        environment.put(variable.split("=")[0], variable.split("=")[1]);
      }
    }
    for (Matcher word = WORD.matcher(command); word.find(); ) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    return new PageCommand(line, environment, words, "");
  }
}
