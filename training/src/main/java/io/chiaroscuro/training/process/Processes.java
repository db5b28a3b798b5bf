package io.chiaroscuro.training.process;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Copies of this program on this machine, that form one {@link ProcessGroup}: they find torchrun's
 * variables in their environment. What rank 0 prints is shown; all end when one fails, on Ctrl-C,
 * and when this process is killed.
 */
public final class Processes {

  private static final String LAUNCHER = "CHIAROSCURO_LAUNCHER";

  /** For those that wait for one that failed. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** On Ctrl-C, after which they end their step and save. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final List<Process> processes = new CopyOnWriteArrayList<>();
  private final List<LastWords> lastWords = new ArrayList<>();
  private final BlockingQueue<Integer> ended = new LinkedBlockingQueue<>();

  private Processes() {}

  /**
   * Runs {@code main} {@code count} times in JVMs with the options and the class path of this one,
   * and returns when all are done. Each computes with its share of the cores, unless {@code
   * OMP_NUM_THREADS} says otherwise.
   *
   * @throws InvalidInputException if one fails; the others are ended then
   */
  public static void run(int count, Class<?> main, List<String> arguments) {
    if (count < 1) {
      throw new InvalidInputException("%d processes are too few; give 1 or more.".formatted(count));
    }
    var processes = new Processes();
    var hook = new Thread(() -> processes.end(PATIENCE));
    Runtime.getRuntime().addShutdownHook(hook);
    Path folder = null;
    try {
      folder = Files.createTempDirectory("chiaroscuro-processes");
      processes.start(count, command(main, arguments), folder.resolve("rendezvous"));
      processes.await();
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot start %d processes (%s); check the memory and the folder for temporary files."
              .formatted(count, AtomicFile.reason(e)),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InvalidInputException("The processes were interrupted.", e);
    } finally {
      forget(hook);
      processes.end(GRACE);
      delete(folder);
    }
  }

  private static List<String> command(Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }

  private void start(int count, List<String> command, Path rendezvous) throws IOException {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / count);
    for (int rank = 0; rank < count; rank++) {
      int own = rank;
      var builder = new ProcessBuilder(command);
      Map<String, String> environment = builder.environment();
      environment.putIfAbsent("OMP_NUM_THREADS", Integer.toString(threads));
      environment.put("RANK", Integer.toString(rank));
      environment.put("LOCAL_RANK", Integer.toString(rank));
      environment.put("WORLD_SIZE", Integer.toString(count));
      environment.put("LOCAL_WORLD_SIZE", Integer.toString(count));
      environment.put(Membership.RENDEZVOUS, rendezvous.toUri().toString());
      environment.put(LAUNCHER, Long.toString(ProcessHandle.current().pid()));
      if (rank == 0) {
        builder.inheritIO();
      } else {
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
      }
      Process process = builder.start();
      processes.add(process);
      lastWords.add(new LastWords(process.errorReader()));
      process.onExit().thenRun(() -> ended.add(own));
    }
  }

  private void await() throws InterruptedException {
    for (int done = 0; done < processes.size(); done++) {
      int rank = ended.take();
      int exitCode = processes.get(rank).exitValue();
      if (exitCode != 0) {
        String words = lastWords.get(rank).get();
        throw new InvalidInputException(
            "Process %d of %d ended with code %d%s; the others were ended too."
                .formatted(
                    rank,
                    processes.size(),
                    exitCode,
                    words.isEmpty() ? "" : " (%s)".formatted(words)));
      }
    }
  }

  /** Asks every process that still runs to end, and after a moment does not ask any more. */
  private void end(Duration grace) {
    processes.forEach(Process::destroy);
    long deadline = System.nanoTime() + grace.toNanos();
    try {
      for (Process process : processes) {
        process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    processes.forEach(Process::destroyForcibly);
  }

  /** During a shutdown, by Ctrl-C, there is nothing left to do or to say. */
  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      LockSupport.park();
    }
  }

  private static void delete(Path folder) {
    if (folder == null) {
      return;
    }
    try {
      Files.deleteIfExists(folder.resolve("rendezvous"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In a process that was launched: ends it when its launcher is gone, even by kill -9. */
  static void endWithLauncher(Map<String, String> environment) {
    String launcher = environment.get(LAUNCHER);
    if (launcher != null) {
      ProcessHandle.of(Long.parseLong(launcher))
          .map(ProcessHandle::onExit)
          .orElseGet(() -> CompletableFuture.completedFuture(null))
          .thenRun(() -> Runtime.getRuntime().halt(1));
    }
  }
}
