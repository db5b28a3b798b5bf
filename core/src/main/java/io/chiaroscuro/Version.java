package io.chiaroscuro;

/** The version that the build wrote into the jar. */
public final class Version {

  private Version() {}

  /** As Maven has it; {@code development} where there is no jar. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
