package io.chiaroscuro.training.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.ChildJvm;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessGroupTest {

  @TempDir private Path folder;
  private final List<Process> members = new ArrayList<>();

  @AfterEach
  void endMembers() throws InterruptedException {
    for (Process member : members) {
      member.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void processesAverageAndBroadcast(int count) {
    Processes.run(count, Member.class, List.of("share", folder.toString()));
    requireShared(count);
    int share = Math.max(1, Runtime.getRuntime().availableProcessors() / count);
    try (var file = SafetensorsFile.open(folder.resolve("0.safetensors"))) {
      assertThat(file.metadata())
          .containsEntry(
              "threads", System.getenv().getOrDefault("OMP_NUM_THREADS", Integer.toString(share)));
    }
  }

  @Test
  void torchrunsVariablesLeadTogetherOverTcp() throws Exception {
    startOverTcp("share", 2);
    for (Process member : members) {
      assertThat(errors(member)).isEmpty();
      assertThat(member.waitFor()).isZero();
    }
    requireShared(2);
  }

  /** Rank r gave r, 10 r; 3^r; i + 6 r; and 7 + r to be broadcast. */
  private void requireShared(int count) {
    double meanRank = (count - 1) / 2.0;
    double meanPower = (Math.pow(3, count) - 1) / 2 / count;
    for (int rank = 0; rank < count; rank++) {
      try (var scope = new TensorScope();
          var file = SafetensorsFile.open(folder.resolve(rank + ".safetensors"))) {
        assertThat(Tensors.floats(file.tensor("small")))
            .containsExactly((float) meanRank, (float) (10 * meanRank));
        assertThat(Tensors.doubles(file.tensor("wide"))).containsExactly(meanPower);
        for (int i = 0; i < 4; i++) {
          Tensor large = file.tensor("large" + i);
          assertThat(large.min().item_double()).isEqualTo(i + 6 * meanRank);
          assertThat(large.max().item_double()).isEqualTo(i + 6 * meanRank);
        }
        assertThat(Tensors.floats(file.tensor("broadcast"))).containsExactly(7);
      }
    }
  }

  @Test
  void twoProcessesWithHalfTheBatchEqualOne() throws Exception {
    Member.main(new String[] {"gradients", folder.toString()}); // this process, alone
    Processes.run(2, Member.class, List.of("gradients", folder.toString()));
    try (var scope = new TensorScope();
        var whole = SafetensorsFile.open(folder.resolve("1-0.safetensors"));
        var first = SafetensorsFile.open(folder.resolve("2-0.safetensors"))) {
      assertThat(whole.entries()).hasSizeGreaterThan(80);
      for (String name : whole.entries().keySet()) {
        assertThat(whole.tensor(name).abs().max().item_double()).as(name).isPositive();
        Fixture.assertClose(first.tensor(name), whole.tensor(name), 1e-5);
      }
    }
    assertThat(folder.resolve("2-1.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("2-0.safetensors"));
  }

  @Test
  void aKilledPeerIsReportedAtOnce() throws Exception {
    startOverTcp("forever", 2);
    awaitPids(2);
    members.get(1).destroyForcibly().waitFor();
    long killed = System.nanoTime();
    assertThat(members.get(0).waitFor(Member.TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(System.nanoTime() - killed).isLessThan(Duration.ofSeconds(10).toNanos());
    assertThat(members.get(0).exitValue()).isEqualTo(1);
    assertThat(errors(members.get(0)))
        .singleElement()
        .asString()
        .startsWith("Process 0 of 2 lost another one (")
        .endsWith("); resume the run from its last checkpoint.");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // which has no signal that stops a process
  void aSilentPeerIsReportedWhenTheTimeoutEnds() throws Exception {
    startOverTcp("impatient", 2);
    awaitPids(2);
    signal("STOP", members.get(1).pid());
    assertThat(members.get(0).waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(errors(members.get(0)))
        .singleElement()
        .asString()
        .startsWith("Process 0 of 2 lost another one (");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void whoeverComesAloneIsToldWhenTheTimeoutEnds(int rank) throws Exception {
    var membership = new Membership(URI.create("tcp://127.0.0.1:" + freePort()), rank, 2, rank);
    assertThatThrownBy(() -> ProcessGroup.join(membership, Device.CPU, Duration.ofSeconds(2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            "Process %d of 2 did not meet the others at %s (", rank, membership.rendezvous());
  }

  @Test
  void aFailedProcessEndsTheOthersInOneSentence() {
    assertThatThrownBy(() -> Processes.run(3, Member.class, List.of("fail", folder.toString())))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "Process 1 of 3 ended with code 3 (Cannot read cat.png (no such file).); the others were ended too.");
  }

  @Test
  void onlyWhatTheFirstSaysIsShown() throws Exception {
    members.add(new ProcessBuilder(ChildJvm.command(Launcher.class, "speak", "")).start());
    Process launcher = members.get(0);
    String said = new String(launcher.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(launcher.waitFor()).isZero();
    // Gloo has a line of its own to say, unasked.
    assertThat(said.lines().filter(line -> !line.startsWith("[Gloo] ")))
        .containsExactly("rank 0 of 2");
  }

  /** Starts two processes, as the command line would, and waits for them. */
  static final class Launcher {

    private Launcher() {}

    public static void main(String[] arguments) {
      Processes.run(2, Member.class, List.of(arguments));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "KILL"})
  @DisabledOnOs(OS.WINDOWS)
  void theProcessesEndWithTheirLauncher(String signal) throws Exception {
    members.add(
        new ProcessBuilder(ChildJvm.command(Launcher.class, "forever", folder.toString()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
    List<ProcessHandle> children = awaitPids(2);
    signal(signal, members.get(0).pid());
    for (ProcessHandle child : children) {
      child.onExit().get(15, TimeUnit.SECONDS);
    }
  }

  @Test
  void aloneThereIsNothingToDo() {
    try (var scope = new TensorScope();
        ProcessGroup alone = ProcessGroup.alone()) {
      Tensor tensor = Tensors.of(new float[] {3}, 1);
      alone.average(List.of(tensor));
      alone.broadcast(List.of(tensor));
      alone.barrier();
      assertThat(Tensors.floats(tensor)).containsExactly(3);
      assertThat(alone.size()).isEqualTo(1);
      assertThat(alone.rank()).isZero();
    }
  }

  private void startOverTcp(String deed, int count) throws Exception {
    int port = freePort();
    for (int rank = 0; rank < count; rank++) {
      var builder = new ProcessBuilder(ChildJvm.command(Member.class, deed, folder.toString()));
      builder.environment().put("RANK", Integer.toString(rank));
      builder.environment().put("LOCAL_RANK", Integer.toString(rank));
      builder.environment().put("WORLD_SIZE", Integer.toString(count));
      builder.environment().put("MASTER_ADDR", "127.0.0.1");
      builder.environment().put("MASTER_PORT", Integer.toString(port));
      members.add(builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
    }
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Waits until so many processes have met. */
  private List<ProcessHandle> awaitPids(int count) throws Exception {
    long deadline = System.nanoTime() + Member.TIMEOUT.multipliedBy(2).toNanos();
    List<ProcessHandle> handles = new ArrayList<>();
    for (int rank = 0; rank < count; rank++) {
      Path pid = folder.resolve("pid-" + rank);
      while (!Files.exists(pid) || Files.size(pid) == 0) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        TimeUnit.MILLISECONDS.sleep(20);
      }
      handles.add(ProcessHandle.of(Long.parseLong(Files.readString(pid))).orElseThrow());
    }
    return handles;
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  private static List<String> errors(Process process) throws Exception {
    return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.startsWith("SLF4J"))
        .toList();
  }
}
