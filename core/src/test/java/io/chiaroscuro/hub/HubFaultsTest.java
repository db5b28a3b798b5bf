package io.chiaroscuro.hub;

import static io.chiaroscuro.hub.HubSandbox.PIPELINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.ChildJvm;
import io.chiaroscuro.fixtures.StandInHub;
import io.chiaroscuro.fixtures.StandInRepository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong on networks and hubs, and what becomes of it. */
class HubFaultsTest {

  private static final String LORA = "org/lora";
  private static final String FILE = "pytorch_lora_weights.safetensors";

  @TempDir private Path folder;
  private HubSandbox sandbox;
  private StandInHub remote;
  private byte[] content;

  @BeforeEach
  void create() {
    sandbox = HubSandbox.create(folder);
    remote = sandbox.remote();
    content = bytes(200);
    remote.repository(LORA).put(FILE, content);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + i / 7);
    }
    return bytes;
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  private Path resolve() {
    return resolve(sandbox.config());
  }

  private static Path resolve(HubConfig config) {
    return new Hub(config).resolve(LORA, Wanted.LORA, DownloadListener.NONE);
  }

  private static void assertRefused(HubConfig config, String name, String... sentence) {
    assertThatThrownBy(() -> new Hub(config).resolve(name, Wanted.LORA, DownloadListener.NONE))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .contains(sentence)
        .doesNotContain("\n", "hf_secret");
  }

  private void assertRefused(String... sentence) {
    assertRefused(sandbox.config(), LORA, sentence);
  }

  private Path blob() {
    return sandbox.cached(LORA).resolve("blobs").resolve(StandInRepository.sha256(content));
  }

  private Path partial() {
    return blob().resolveSibling(blob().getFileName() + ".chiaroscuro.incomplete");
  }

  @Test
  void goesOnWhereverTheConnectionBroke() {
    for (int at = 0; at < content.length; at++) {
      String repository = "org/lora-" + at;
      remote.repository(repository).put(FILE, content);
      remote.forgetRequests();
      remote.breakAfter(at);
      Path file = sandbox.hub().resolve(repository, Wanted.LORA, DownloadListener.NONE);
      assertThat(file).as("broken after %d", at).hasBinaryContent(content);
      assertThat(remote.downloads())
          .extracting(StandInHub.Request::range)
          .containsExactly("", at == 0 ? "" : "bytes=%d-".formatted(at));
    }
  }

  @Test
  void goesOnWhereverTheConnectionBrokeInASmallFile() {
    byte[] config = bytes(50);
    for (int at = 0; at < config.length; at++) {
      remote.repository("org/small-" + at).put("config.json", config);
      remote.breakAfter(at);
      assertThat(
              sandbox
                  .hub()
                  .resolve("org/small-" + at + "/config.json", Wanted.LORA, DownloadListener.NONE))
          .hasBinaryContent(config);
    }
  }

  @Test
  void goesOnHoweverOftenItBreaksAsLongAsSomethingComes() {
    for (int i = 0; i < 20; i++) {
      remote.breakAfter(7);
    }
    assertThat(resolve()).hasBinaryContent(content);
    assertThat(remote.downloads()).hasSize(21);
  }

  @Test
  void beginsAnewWhereTheStoreCannotContinue() {
    remote.ignoreRanges(true);
    remote.breakAfter(50);
    assertThat(resolve()).hasBinaryContent(content);
  }

  @Test
  void keepsWhatCameForTheNextRun() throws IOException {
    for (int i = 0; i < 10; i++) {
      remote.breakAfter(i == 0 ? 150 : 0);
    }
    assertRefused("broke off", "run the same again");
    assertThat(partial()).hasSize(150);
    assertThat(blob()).doesNotExist();
    sandbox.close();
    try (HubSandbox again = HubSandbox.create(folder)) {
      again.remote().repository(LORA).put(FILE, content);
      assertThat(resolve(again.config())).hasBinaryContent(content);
      assertThat(again.remote().downloads())
          .singleElement()
          .matches(r -> r.range().equals("bytes=150-"));
    }
    assertThat(partial()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 199, 200, 500})
  void doesNotTrustAPartialFileOfOtherContent(int length) throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), new byte[length]);
    assertThat(resolve()).hasBinaryContent(content);
    assertThat(partial()).doesNotExist();
  }

  @Test
  void takesAPartialFileThatIsWhole() throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), content);
    assertThat(resolve()).hasBinaryContent(content);
    assertThat(remote.downloads()).isEmpty();
  }

  @Test
  void deletesWhatArrivedDamaged() throws IOException {
    remote.damage(true);
    assertRefused(FILE, "arrived damaged", "SHA-256", StandInRepository.sha256(content), "deleted");
    assertThat(HubSandbox.names(sandbox.cached(LORA))).isEmpty();
    remote.damage(false);
    assertThat(resolve()).hasBinaryContent(content);
  }

  @Test
  void seesDamageOfSmallFilesToo() {
    remote.damage(true);
    assertRefused(sandbox.config(), PIPELINE + "/README.md", "arrived damaged", "SHA-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../../etag", "a/b", "..", "."})
  void takesNoETagThatLeadsElsewhere(String etag) throws IOException {
    remote.claim(etag, content.length);
    assertRefused("no ETag for org/lora/" + FILE);
    assertThat(HubSandbox.names(folder)).isEmpty();
  }

  @Test
  void saysBeforehandThatThereIsNoRoom() throws IOException {
    remote.claim(StandInRepository.sha256(content), 123_000_000_000_000_000L);
    assertRefused("needs 123000000.00 GB more", "has room for", "HF_HOME");
    assertThat(remote.downloads()).isEmpty();
  }

  @Test
  void saysThatItCannotWrite() throws IOException {
    Files.createDirectories(partial());
    assertRefused("Cannot write", "make room", "HF_HOME");
  }

  @Test
  void saysThatTheCacheIsNoFolder() throws IOException {
    Files.createDirectories(sandbox.config().cache().getParent());
    Files.writeString(sandbox.config().cache(), "a file");
    assertRefused("Cannot write into the cache", "HF_HOME");
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void triesAgainWhereTheHubCannotForAMoment(int status) {
    remote.fail(status, 3);
    assertThat(resolve()).hasBinaryContent(content);
  }

  @Test
  void givesUpOnAHubThatNeverCan() {
    remote.fail(503, 100);
    assertRefused("has trouble (status 503)", "try again later");
  }

  @Test
  void saysWhenItMayAskNoMore() {
    remote.fail(429, 100);
    assertRefused("no more requests", "HF_TOKEN");
  }

  @Test
  void saysHowToGetAtAGatedRepository() {
    remote.repository(LORA).gateWithout("hf_secret");
    assertRefused("org/lora is gated", "/org/lora", "set HF_TOKEN");
    assertRefused(sandbox.withToken("hf_other"), LORA, "your token gives no access", "terms");
    assertThat(resolve(sandbox.withToken("hf_secret"))).hasBinaryContent(content);
  }

  @Test
  void saysWhatMayBeWrongWithAMissingRepository() {
    remote.repository(LORA).hideWithout("hf_secret");
    assertRefused("no repository 'org/lora'", "private", "check the name");
    assertRefused(sandbox.withToken("hf_other"), LORA, "not valid", "check the name and HF_TOKEN");
    assertRefused(sandbox.config(), "org/none", "no repository 'org/none'");
    assertThat(sandbox.cached("org/none")).doesNotExist();
  }

  @Test
  void saysThatARevisionOrFileIsMissing() {
    assertRefused(sandbox.config(), LORA + "@v9", "no revision 'v9'", "branch");
    assertRefused(sandbox.config(), LORA + "/none.bin", "no file 'none.bin'", FILE);
  }

  @Test
  void takesNoSignInPageForAHub() throws IOException {
    HttpServer portal =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    portal.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("<html>Welcome to the hotel.</html>".getBytes());
          exchange.close();
        });
    portal.start();
    try {
      URI address = URI.create("http://127.0.0.1:" + portal.getAddress().getPort());
      assertRefused(sandbox.at(address), LORA, "no listing of org/lora", "HF_ENDPOINT", "sign-in");
    } finally {
      portal.stop(0);
    }
  }

  @Test
  void needsNoNetworkForWhatItHas() {
    Path file = resolve();
    remote.forgetRequests();
    assertThat(resolve(sandbox.offline())).isEqualTo(file);
    assertThat(remote.requests()).isEmpty();
  }

  @Test
  void saysThatItIsOffline() {
    assertRefused(sandbox.offline(), LORA, "HF_HUB_OFFLINE", "no org/lora", "unset it");
    resolve();
    assertRefused(sandbox.offline(), LORA + "/other.bin", "only a part of org/lora");
    assertRefused(sandbox.offline(), LORA + "@v9", "no org/lora@v9");
  }

  @Test
  void usesTheCacheWhereTheHubCannotBeReached() {
    assertRefused(sandbox.unplugged(), LORA, "Cannot reach http://127.0.0.1:1", "network");
    Path file = resolve();
    List<String> said = new ArrayList<>();
    DownloadListener listener =
        new DownloadListener() {
          @Override
          public void says(String sentence) {
            said.add(sentence);
          }
        };
    assertThat(new Hub(sandbox.unplugged()).resolve(LORA, Wanted.LORA, listener)).isEqualTo(file);
    assertThat(said).singleElement().asString().contains("Cannot reach", "in the cache");
    remote.repository(LORA).hideWithout("hf_secret"); // As when a repository is taken down.
    assertThat(resolve()).isEqualTo(file);
    remote.fail(503, 1);
    assertThat(resolve()).isEqualTo(file);
  }

  @Test
  void usesWhatItHasWhereTheNextCommitCannotBeFetched() {
    Path file = resolve();
    remote.repository(LORA).put(FILE, bytes(300));
    for (int i = 0; i < 10; i++) {
      remote.breakAfter(0);
    }
    assertThat(resolve()).isEqualTo(file).hasBinaryContent(content);
    remote.repository(LORA).gateWithout("hf_secret");
    assertThat(resolve()).isEqualTo(file);
  }

  @Test
  void pullsWhatTheHubHasOrNothing() {
    Path file = resolve();
    ModelName name = ModelName.parse(LORA);
    assertThatThrownBy(
            () -> new Hub(sandbox.unplugged()).pull(name, Optional.empty(), DownloadListener.NONE))
        .hasMessageContaining("Cannot reach");
    assertThat(
            new Hub(sandbox.offline()).pull(name, Optional.empty(), DownloadListener.NONE).path())
        .isEqualTo(file);
  }

  @Test
  void isNotFooledByHalfOfAPipeline() {
    for (int i = 0; i < 20; i++) {
      remote.breakAfter(i < 4 ? Long.MAX_VALUE : 0); // all is well for four files
    }
    assertThatThrownBy(() -> sandbox.resolve(PIPELINE)).hasMessageContaining("broke off");
    assertThatThrownBy(
            () ->
                new Hub(sandbox.offline())
                    .resolve(PIPELINE, Wanted.CHECKPOINT, DownloadListener.NONE))
        .hasMessageContaining("HF_HUB_OFFLINE");
  }

  @Test
  void fetchesOnceForManyThreads() throws Exception {
    int threads = 6;
    CyclicBarrier start = new CyclicBarrier(threads);
    var executor = Executors.newFixedThreadPool(threads);
    try {
      Callable<Path> task =
          () -> {
            start.await();
            return resolve();
          };
      List<Future<Path>> results = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        results.add(executor.submit(task));
      }
      for (Future<Path> result : results) {
        assertThat(result.get()).hasBinaryContent(content);
      }
    } finally {
      executor.shutdownNow();
    }
    assertThat(remote.downloads()).hasSize(1);
  }

  /** What a second process does. */
  public static void main(String[] endpointAndHome) {
    var environment = Map.of("HF_ENDPOINT", endpointAndHome[0], "HF_HOME", endpointAndHome[1]);
    System.out.println(resolve(HubConfig.of(environment, Path.of("."))));
  }

  @Test
  void fetchesOnceForManyProcesses() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  ChildJvm.command(HubFaultsTest.class, remote.endpoint(), folder.resolve("hf")))
              .redirectErrorStream(true)
              .start());
    }
    for (Process process : processes) {
      String printed = new String(process.getInputStream().readAllBytes()).strip();
      assertThat(process.waitFor()).as(printed).isZero();
      assertThat(Path.of(printed)).hasBinaryContent(content);
    }
    assertThat(remote.downloads()).hasSize(1);
  }
}
