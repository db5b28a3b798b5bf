package io.chiaroscuro.cli;

import io.chiaroscuro.hub.Hub;
import io.chiaroscuro.hub.HubConfig;
import io.chiaroscuro.hub.Wanted;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Finds what a command was given: a file or folder, or what the hub has under that name, which is
 * fetched with progress on standard error where it is not here yet.
 */
final class HubModels {

  private final Map<String, String> environment;
  private final Map<String, Path> found = new HashMap<>();
  private Hub hub;

  /**
   * @param environment where the hub and its cache are, see {@link HubConfig#of}
   */
  HubModels(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Those of the run that a command belongs to. */
  static HubModels of(CommandSpec command) {
    return ((Chiaroscuro) command.root().userObject()).models();
  }

  /**
   * The path that {@code nameOrPath} stands for; asks the hub only once in a run.
   *
   * @throws io.chiaroscuro.InvalidInputException if there is neither a path nor a name like that
   */
  Path find(String nameOrPath, Wanted wanted, PrintWriter err) {
    return Hub.local(nameOrPath)
        .orElseGet(
            () ->
                found.computeIfAbsent(
                    wanted + " " + nameOrPath,
                    key -> hub().resolve(nameOrPath, wanted, new FetchProgress(err))));
  }

  Hub hub() {
    if (hub == null) {
      hub = new Hub(HubConfig.of(environment, Path.of(System.getProperty("user.home"))));
    }
    return hub;
  }
}
