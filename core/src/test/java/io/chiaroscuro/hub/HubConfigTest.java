package io.chiaroscuro.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubConfigTest {

  private static final Path HOME = Path.of("/home/somebody");

  private static HubConfig of(String... namesAndValues) {
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return HubConfig.of(environment, HOME);
  }

  @Test
  void isTheHubOfEverybodyWhereNothingIsSaid() {
    HubConfig config = of();
    assertThat(config.endpoint()).hasToString("https://huggingface.co");
    assertThat(config.cache()).isEqualTo(HOME.resolve(".cache/huggingface/hub"));
    assertThat(config.token()).isEmpty();
    assertThat(config.offline()).isFalse();
    assertThat(config.symlinks()).isTrue();
  }

  @Test
  void findsTheCacheAsPythonDoes() {
    assertThat(of("XDG_CACHE_HOME", "/x").cache()).isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h").cache()).isEqualTo(Path.of("/h/hub"));
    assertThat(of("HF_HOME", "~/h").cache()).isEqualTo(HOME.resolve("h/hub"));
    assertThat(of("HF_HOME", "/h", "HF_HUB_CACHE", "/c").cache()).isEqualTo(Path.of("/c"));
    assertThat(of("HF_HOME", " ").cache()).isEqualTo(HOME.resolve(".cache/huggingface/hub"));
  }

  @ParameterizedTest
  @CsvSource({"1, true", "true, true", "YES, true", "on, true", "0, false", "no, false"})
  void understandsYes(String value, boolean yes) {
    assertThat(of("HF_HUB_OFFLINE", value).offline()).isEqualTo(yes);
    assertThat(of("TRANSFORMERS_OFFLINE", value).offline()).isEqualTo(yes);
    assertThat(of("HF_HUB_DISABLE_SYMLINKS", value).symlinks()).isEqualTo(!yes);
  }

  @Test
  void findsTheToken(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("token"), "hf_saved\n");
    Files.writeString(folder.resolve("other"), "hf_other");
    String home = folder.toString();
    assertThat(of("HF_HOME", home).token()).contains("hf_saved");
    assertThat(of("HF_HOME", home, "HF_TOKEN_PATH", folder.resolve("other").toString()).token())
        .contains("hf_other");
    assertThat(of("HF_HOME", home, "HF_TOKEN", " hf_given ").token()).contains("hf_given");
  }

  @Test
  void showsTheTokenToNobody() {
    assertThat(of("HF_TOKEN", "hf_secret").toString()).doesNotContain("hf_secret");
    assertThatThrownBy(() -> of("HF_TOKEN", "hf_secret\nX-Other: 1"))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .contains("HF_TOKEN", "copy it anew")
        .doesNotContain("hf_secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"huggingface.co", "ftp://hub", "http://", "http://a b", "file:///etc"})
  void refusesWhatIsNoAddress(String endpoint) {
    assertThatThrownBy(() -> of("HF_ENDPOINT", endpoint))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("HF_ENDPOINT is '%s'".formatted(endpoint));
  }

  @Test
  void takesAnAddressWithoutItsSlash() {
    assertThat(of("HF_ENDPOINT", "https://hub.example/base/").endpoint())
        .hasToString("https://hub.example/base");
  }
}
