package io.chiaroscuro.cli;

import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.profile.Profile.Share;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** {@code --profile}: where the time of a command went, network by network. */
final class ProfileOption {

  private static final String NAME = "--profile";
  private static final IExecutionStrategy PLAINLY = new RunLast();

  @Option(
      names = NAME,
      description = "At the end, tell on standard error where the time went, operator by operator.")
  private boolean wanted;

  /** Executes the command that was given, measured if that was asked for. */
  static int executed(ParseResult parsed) {
    ParseResult given = parsed;
    while (given.hasSubcommand()) {
      given = given.subcommand();
    }
    if (given.matchedOption(NAME) == null) {
      return PLAINLY.execute(parsed);
    }
    if (given.matchedOptionValue("--device", "cpu").startsWith("cuda")) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          "--profile takes times on the CPU alone, as calls to a GPU return before its work is done");
    }
    if (given.hasMatchedOption("--spark")) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          "--profile takes times in this process, and with --spark others do the work");
    }
    PrintWriter err = given.commandSpec().commandLine().getErr();
    long begin = System.nanoTime();
    try (Profile profile = Profile.open()) {
      int exitCode = PLAINLY.execute(parsed);
      err.println(report(profile.shares(), (System.nanoTime() - begin) / 1e9));
      err.flush();
      return exitCode;
    }
  }

  /** A table: networks by their shares of all the time, then what lies outside of them. */
  static String report(List<Share> shares, double seconds) {
    var table = new Table(List.of("where", "calls", "seconds", "share", "TFLOP", "TFLOP/s"));
    List<String> networks = shares.stream().map(Share::network).distinct().toList();
    double outside = seconds;
    for (String network : networks) {
      List<Share> own = shares.stream().filter(share -> share.network().equals(network)).toList();
      double taken = own.stream().mapToDouble(Share::seconds).sum();
      double flop = own.stream().mapToDouble(Share::flop).sum();
      long passes = own.get(own.size() - 1).calls();
      table.add(row(network, passes, taken, flop, seconds));
      own.stream()
          .sorted((a, b) -> Double.compare(b.seconds(), a.seconds()))
          .forEach(
              share ->
                  table.add(
                      row(
                          "  " + share.operator(),
                          share.calls(),
                          share.seconds(),
                          share.flop(),
                          seconds)));
      outside -= taken;
    }
    table.add(row("outside of networks", 1, Math.max(0, outside), 0, seconds));
    return table.prose();
  }

  private static List<String> row(
      String where, long calls, double seconds, double flop, double whole) {
    return List.of(
        where,
        Long.toString(calls),
        String.format(Locale.ROOT, "%.3f", seconds),
        String.format(Locale.ROOT, "%.1f %%", 100 * seconds / whole),
        flop == 0 ? "" : String.format(Locale.ROOT, "%.3f", flop / 1e12),
        flop == 0 ? "" : String.format(Locale.ROOT, "%.3f", flop / 1e12 / seconds));
  }
}
