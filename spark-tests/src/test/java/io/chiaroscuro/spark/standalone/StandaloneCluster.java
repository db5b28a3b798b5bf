package io.chiaroscuro.spark.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A real cluster on the loopback: Spark's master and workers as processes, each worker a node with
 * an address, a folder and a core of its own. All of it ends when this is closed, or when this
 * process ends, however it does.
 */
final class StandaloneCluster implements AutoCloseable {

  private static final Pattern ADDRESS = Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

  private final Path folder;
  private final Daemon master;
  private final String url;
  private final List<Worker> workers = new ArrayList<>();
  private int nodes;

  private StandaloneCluster(Path folder, Daemon master) {
    this.folder = folder;
    this.master = master;
    this.url = master.await(ADDRESS).group(1);
  }

  /** A master without workers. */
  static StandaloneCluster start(Path folder) {
    Daemon master =
        Daemon.start(
            "org.apache.spark.deploy.master.Master",
            "127.0.0.1",
            folder.resolve("master.log"),
            Map.of());
    try {
      return new StandaloneCluster(folder, master);
    } catch (RuntimeException e) {
      master.close();
      throw e;
    }
  }

  /** What a session gives as its master. */
  String url() {
    return url;
  }

  /** Starts so many nodes, together, and waits for them. */
  StandaloneCluster withWorkers(int count) {
    List<Daemon> started = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      started.add(start(Map.of()));
    }
    started.forEach(daemon -> daemon.await(REGISTERED));
    return this;
  }

  /** Starts a node on whose disk nothing can be written: where its folder was to be is a file. */
  Worker addWorkerWithoutDisk() {
    Path occupied = folder.resolve("occupied");
    try {
      Files.writeString(occupied, "This is no folder.");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(Map.of("SPARK_LOCAL_DIRS", occupied.toString())).await(REGISTERED);
    return workers.get(workers.size() - 1);
  }

  private Daemon start(Map<String, String> environment) {
    nodes++;
    String address = "127.0.0." + (1 + nodes);
    Path node = folder.resolve("node-" + nodes);
    Map<String, String> all = new HashMap<>();
    all.put("SPARK_LOCAL_DIRS", node.resolve("disk").toString());
    all.putAll(environment);
    Daemon daemon =
        Daemon.start(
            "org.apache.spark.deploy.worker.Worker",
            address,
            node.resolve("worker.log"),
            all,
            "--cores",
            "1",
            "--memory",
            "2g",
            "--work-dir",
            node.resolve("work").toString(),
            url);
    workers.add(new Worker(address, daemon));
    return daemon;
  }

  /** The nodes that were started and not lost. */
  List<Worker> workers() {
    return workers;
  }

  /** Ends an executor that runs, as a kernel does that needs its memory: kill -9. */
  void killExecutor() {
    ProcessHandle executor =
        workers.stream().flatMap(worker -> worker.executors().stream()).findFirst().orElseThrow();
    executor.destroyForcibly();
    executor.onExit().join();
  }

  /** Takes a node away for good. */
  void lose(Worker worker) {
    workers.remove(worker);
    worker.close();
  }

  @Override
  public void close() {
    workers.forEach(Worker::close);
    master.close();
  }
}
