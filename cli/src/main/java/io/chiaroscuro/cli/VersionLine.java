package io.chiaroscuro.cli;

import io.chiaroscuro.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionLine implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {"chiaroscuro " + Version.current()};
  }
}
