package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name on the hub: {@code org/name}, {@code org/name@revision}, and of a single file {@code
 * org/name/folder/file.safetensors} or {@code org/name@revision/folder/file.safetensors}.
 *
 * @param repository {@code org/name}
 * @param revision a branch, a tag or a commit; {@code main} where none was named
 * @param file the file's path in the repository, with slashes
 */
public record ModelName(String repository, String revision, Optional<String> file) {

  /** The branch that repositories begin with. */
  public static final String MAIN = "main";

  /** A revision is one word, except for {@code refs/pr/3} and the like. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?<repository>[^/@]+/[^/@]+)(@(?<revision>refs/[^/]+/[^/]+|[^/]+))?(/(?<file>.+?))?/?");

  private static final Pattern WORD = Pattern.compile("\\w|\\w[\\w.-]{0,94}\\w");

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  public ModelName {
    if (!isRepository(repository)) {
      throw refusal(repository);
    }
    if (!isPath(revision) || file.isPresent() && !isPath(file.get())) {
      throw refusal(repository + "@" + revision + file.map(path -> "/" + path).orElse(""));
    }
  }

  /**
   * Takes a name apart.
   *
   * @throws InvalidInputException if it is none
   */
  public static ModelName parse(String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      throw refusal(name);
    }
    return new ModelName(
        parts.group("repository"),
        Optional.ofNullable(parts.group("revision")).orElse(MAIN),
        Optional.ofNullable(parts.group("file")));
  }

  /** The same of another branch, tag or commit. */
  public ModelName at(String otherRevision) {
    return new ModelName(repository, otherRevision, file);
  }

  /** Whether {@code revision} is a commit itself, which never comes to mean another. */
  public static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  /**
   * Whether a path leads to a place inside the folder it is seen from: hubs are not trusted to name
   * only those.
   */
  static boolean isPath(String path) {
    for (String segment : path.split("/", -1)) {
      if (segment.isBlank()
          || segment.equals(".")
          || segment.equals("..")
          || segment.indexOf('\\') >= 0
          || segment.indexOf(':') >= 0
          || segment.chars().anyMatch(Character::isISOControl)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isRepository(String repository) {
    String[] words = repository.split("/", -1);
    return words.length == 2
        && WORD.matcher(words[0]).matches()
        && WORD.matcher(words[1]).matches()
        && !repository.contains("--")
        && !repository.contains("..");
  }

  private static InvalidInputException refusal(String name) {
    return new InvalidInputException(
        "'%s' is no name on the hub; write org/name, org/name@revision or org/name/folder/file.safetensors."
            .formatted(name));
  }

  @Override
  public String toString() {
    return repository
        + (revision.equals(MAIN) ? "" : "@" + revision)
        + file.map(path -> "/" + path).orElse("");
  }
}
