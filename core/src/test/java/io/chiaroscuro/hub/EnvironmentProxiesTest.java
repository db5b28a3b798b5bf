package io.chiaroscuro.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.StandInHub;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentProxiesTest {

  private static final URI HUB = URI.create("https://huggingface.co/org/name");

  private static Proxy of(Map<String, String> environment) {
    return new EnvironmentProxies(environment).select(HUB).get(0);
  }

  private static Proxy http(String host, int port) {
    return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(host, port));
  }

  @Test
  void takesTheOneForTheScheme() {
    assertThat(of(Map.of("HTTPS_PROXY", "http://127.0.0.1:3128", "ALL_PROXY", "http://127.0.0.2")))
        .isEqualTo(http("127.0.0.1", 3128));
    assertThat(of(Map.of("https_proxy", "127.0.0.1:3128"))).isEqualTo(http("127.0.0.1", 3128));
    assertThat(of(Map.of("ALL_PROXY", "http://127.0.0.2"))).isEqualTo(http("127.0.0.2", 80));
    assertThat(of(Map.of("HTTP_PROXY", "http://127.0.0.1:3128"))).isEqualTo(Proxy.NO_PROXY);
    assertThat(of(Map.of())).isEqualTo(Proxy.NO_PROXY);
  }

  @Test
  void leavesOutWhatIsExempt() {
    for (String exempt : new String[] {"*", "localhost, huggingface.co", ".co", "co"}) {
      assertThat(of(Map.of("HTTPS_PROXY", "127.0.0.1:3128", "NO_PROXY", exempt)))
          .as(exempt)
          .isEqualTo(Proxy.NO_PROXY);
    }
    assertThat(of(Map.of("HTTPS_PROXY", "127.0.0.1:3128", "NO_PROXY", "face.co")))
        .isEqualTo(http("127.0.0.1", 3128));
  }

  @Test
  void leadsOutOfTheUsersNetwork(@TempDir Path folder) {
    try (StandInHub remote = StandInHub.start()) {
      remote.repository("org/lora").put("lora.safetensors", "lora");
      Map<String, String> environment =
          Map.of(
              "HF_HOME",
              folder.toString(),
              "HF_ENDPOINT",
              "http://hub.invalid", // which only a proxy can find
              "HTTP_PROXY",
              remote.endpoint(),
              "NO_PROXY",
              "127.0.0.1");
      assertThat(
              new Hub(HubConfig.of(environment, folder))
                  .resolve("org/lora", Wanted.LORA, DownloadListener.NONE))
          .hasContent("lora");
    }
  }

  @Test
  void refusesWhatIsNoAddress(@TempDir Path folder) {
    Map<String, String> environment =
        Map.of("HF_HOME", folder.toString(), "HTTPS_PROXY", "http://a b");
    Hub hub = new Hub(HubConfig.of(environment, folder));
    assertThatThrownBy(() -> hub.resolve("org/lora", Wanted.LORA, DownloadListener.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'http://a b'")
        .hasMessageContaining("http://proxy.example:3128");
  }
}
