package io.chiaroscuro.cli;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets options be written with underscores, {@code --data_dir} for {@code --data-dir}, as the
 * commands in the signal-leak authors' README are.
 */
final class DashedOptions {

  private static final Pattern OPTION = Pattern.compile("--[A-Za-z][A-Za-z0-9_-]*");

  private DashedOptions() {}

  static String[] of(String... args) {
    return Arrays.stream(args).map(DashedOptions::dashed).toArray(String[]::new);
  }

  private static String dashed(String arg) {
    Matcher name = OPTION.matcher(arg);
    return name.lookingAt() ? name.group().replace('_', '-') + arg.substring(name.end()) : arg;
  }
}
