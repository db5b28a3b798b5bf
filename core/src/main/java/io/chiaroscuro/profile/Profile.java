package io.chiaroscuro.profile;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * How long the operators of each network take, and how much they compute. Networks and layers tell
 * of themselves; while no profile is open that costs next to nothing.
 *
 * <pre>{@code
 * try (Profile profile = Profile.open()) {
 *   unet.forward(latents, timestep, prompts);
 *   profile.shares().forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>One profile at a time for the whole process, all threads together. Times are those of the
 * clock around a call, so they hold for the CPU; on a GPU calls return before the work is done.
 */
public final class Profile implements AutoCloseable {

  private static final AtomicReference<Profile> OPEN = new AtomicReference<>();

  /** The network that this thread is in, and where its operators' time is gathered. */
  private static final ThreadLocal<Visit> VISIT = new ThreadLocal<>();

  /**
   * An operator's part in a network.
   *
   * @param calls how often it was called; of {@link Operator#OTHER} how often the network was
   * @param seconds all calls together
   * @param flop floating-point operations of products and sums; 0 where they hardly matter
   */
  public record Share(String network, Operator operator, long calls, double seconds, double flop) {}

  /** What is summed up of an operator. */
  private static final class Sum {
    private long calls;
    private long nanos;
    private double flop;
  }

  private static final class Visit {
    private final Map<Operator, Sum> sums;
    private long nanosInOperators;

    Visit(Map<Operator, Sum> sums) {
      this.sums = sums;
    }
  }

  private final Map<String, Map<Operator, Sum>> networks = new LinkedHashMap<>();

  private Profile() {}

  /**
   * Begins to measure.
   *
   * @throws IllegalStateException if another profile is open
   */
  public static Profile open() {
    var profile = new Profile();
    if (!OPEN.compareAndSet(null, profile)) {
      throw new IllegalStateException("One profile is open already.");
    }
    return profile;
  }

  /** A network's own pass; what it calls is its, networks within it included. */
  public static <T> T network(String name, Supplier<T> pass) {
    Profile profile = OPEN.get();
    if (profile == null || VISIT.get() != null) {
      return pass.get();
    }
    var visit = new Visit(profile.sums(name));
    VISIT.set(visit);
    long begin = System.nanoTime();
    try {
      return pass.get();
    } finally {
      VISIT.remove();
      long nanos = System.nanoTime() - begin;
      profile.add(visit.sums, Operator.OTHER, nanos - visit.nanosInOperators, 0);
    }
  }

  /**
   * A layer's call.
   *
   * @param flop counts, from what the call yields, its floating-point operations
   */
  public static <T> T operator(Operator operator, Supplier<T> call, ToDoubleFunction<T> flop) {
    Profile profile = OPEN.get();
    Visit visit = profile == null ? null : VISIT.get();
    if (visit == null) {
      return call.get();
    }
    long begin = System.nanoTime();
    T result = call.get();
    long nanos = System.nanoTime() - begin;
    visit.nanosInOperators += nanos;
    profile.add(visit.sums, operator, nanos, flop.applyAsDouble(result));
    return result;
  }

  /** As above for what is bound by memory: its operations are not counted. */
  public static <T> T operator(Operator operator, Supplier<T> call) {
    return operator(operator, call, result -> 0);
  }

  private synchronized Map<Operator, Sum> sums(String network) {
    return networks.computeIfAbsent(network, name -> new EnumMap<>(Operator.class));
  }

  private synchronized void add(
      Map<Operator, Sum> sums, Operator operator, long nanos, double flop) {
    Sum sum = sums.computeIfAbsent(operator, any -> new Sum());
    sum.calls++;
    sum.nanos += nanos;
    sum.flop += flop;
  }

  /** What was measured so far: networks in the order of their first pass. */
  public synchronized List<Share> shares() {
    List<Share> shares = new ArrayList<>();
    networks.forEach(
        (network, sums) ->
            sums.forEach(
                (operator, sum) ->
                    shares.add(
                        new Share(network, operator, sum.calls, sum.nanos / 1e9, sum.flop))));
    return shares;
  }

  /** Ends the measuring. */
  @Override
  public void close() {
    OPEN.compareAndSet(this, null);
  }
}
