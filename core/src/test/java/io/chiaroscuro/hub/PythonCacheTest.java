package io.chiaroscuro.hub;

import static io.chiaroscuro.hub.HubSandbox.PIPELINE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.fixtures.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What huggingface_hub downloaded is not downloaded again: {@code tools/fixtures/hub_cache.py}. */
class PythonCacheTest {

  @TempDir private Path folder;
  private HubSandbox sandbox;
  private Path snapshot;

  @BeforeEach
  void layOut() throws IOException {
    sandbox = HubSandbox.create(folder);
    JsonNode made = new JsonMapper().readTree(Fixture.path("hub/python_cache.json").toFile());
    Path cache = sandbox.config().cache();
    for (Map.Entry<String, JsonNode> file : made.path("files").properties()) {
      Path path = cache.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      if (file.getValue().has("link")) {
        Files.createSymbolicLink(path, Path.of(file.getValue().path("link").asText()));
      } else {
        Files.writeString(path, file.getValue().path("text").asText());
      }
    }
    String commit = made.path("commit").asText();
    snapshot = sandbox.cached(PIPELINE).resolve("snapshots").resolve(commit);
    sandbox.remote().repository(PIPELINE).at(commit);
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void isEnoughWithoutANetwork() {
    Hub offline = new Hub(sandbox.offline());
    assertThat(offline.resolve(PIPELINE, Wanted.CHECKPOINT, DownloadListener.NONE))
        .isEqualTo(snapshot);
    assertThat(sandbox.remote().requests()).isEmpty();
  }

  @Test
  void isEnoughWhereTheHubHasNothingNew() {
    assertThat(sandbox.resolve(PIPELINE)).isEqualTo(snapshot);
    assertThat(sandbox.remote().requests()).hasSize(1);
  }

  @Test
  void givesItsBlobsWhereOnlyALinkIsMissing() throws IOException {
    Path weights = snapshot.resolve("unet/diffusion_pytorch_model.safetensors");
    Files.delete(weights);
    assertThat(sandbox.resolve(PIPELINE)).isEqualTo(snapshot);
    assertThat(weights).hasContent("plain weights");
    assertThat(sandbox.remote().downloads()).isEmpty();
  }

  @Test
  void isListed() {
    assertThat(sandbox.hub().cache().models())
        .singleElement()
        .satisfies(
            model -> {
              assertThat(model.repository()).isEqualTo(PIPELINE);
              assertThat(model.revisions()).containsExactly("main");
              assertThat(model.kind()).isEqualTo("StableDiffusionPipeline");
              assertThat(model.files()).isEqualTo(7);
            });
  }
}
