package io.chiaroscuro.training.process;

import io.chiaroscuro.InvalidInputException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Which of several processes this one is.
 *
 * <p>At a {@code tcp} rendezvous rank 0 listens on all interfaces, as libtorch's store always does;
 * on one machine a file opens no port to anyone.
 *
 * @param rendezvous where they meet, as PyTorch's {@code init_method}: {@code tcp://HOST:PORT}, the
 *     host being that of rank 0, or {@code file:///PATH} on one machine, a file that is not there
 *     yet
 * @param rank this process's number, from 0
 * @param worldSize how many there are
 * @param localRank its number among those of its machine, from 0: the GPU it computes on
 */
public record Membership(URI rendezvous, int rank, int worldSize, int localRank) {

  /** Where the launcher's own processes meet; torchrun has no variable for a file. */
  static final String RENDEZVOUS = "CHIAROSCURO_RENDEZVOUS";

  public Membership {
    boolean tcp =
        "tcp".equals(rendezvous.getScheme())
            && rendezvous.getHost() != null
            && rendezvous.getPort() > 0;
    boolean file = "file".equals(rendezvous.getScheme()) && rendezvous.getPath() != null;
    if (!tcp && !file) {
      throw new InvalidInputException(
          "Processes cannot meet at '%s'; give tcp://HOST:PORT.".formatted(rendezvous));
    }
    if (worldSize < 1 || rank < 0 || rank >= worldSize || localRank < 0) {
      throw new InvalidInputException(
          "There is no process %d (%d on its machine) of %d; ranks run from 0 to the world size less one."
              .formatted(rank, localRank, worldSize));
    }
  }

  /**
   * Reads torchrun's variables: {@code RANK}, {@code WORLD_SIZE}, {@code LOCAL_RANK}, {@code
   * MASTER_ADDR} and {@code MASTER_PORT}.
   *
   * @return empty without {@code RANK}: the process is alone
   * @throws InvalidInputException naming the variable that is missing or no number
   */
  public static Optional<Membership> of(Map<String, String> environment) {
    if (!environment.containsKey("RANK")) {
      return Optional.empty();
    }
    return Optional.of(
        new Membership(
            rendezvous(environment),
            number(environment, "RANK"),
            number(environment, "WORLD_SIZE"),
            number(environment, "LOCAL_RANK")));
  }

  private static URI rendezvous(Map<String, String> environment) {
    String given = environment.get(RENDEZVOUS);
    String uri =
        given != null
            ? given
            : "tcp://%s:%d"
                .formatted(
                    required(environment, "MASTER_ADDR"), number(environment, "MASTER_PORT"));
    try {
      return URI.create(uri);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "Processes cannot meet at '%s'; set MASTER_ADDR to a host's name or address."
              .formatted(uri),
          e);
    }
  }

  private static int number(Map<String, String> environment, String name) {
    String value = required(environment, name);
    try {
      return Integer.parseInt(value.strip());
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "The environment variable %s is '%s'; set it to a number.".formatted(name, value), e);
    }
  }

  private static String required(Map<String, String> environment, String name) {
    String value = environment.get(name);
    if (value == null) {
      throw new InvalidInputException(
          "The environment variable RANK is set but %s is not; set both or none.".formatted(name));
    }
    return value;
  }
}
