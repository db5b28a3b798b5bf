package io.chiaroscuro.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCacheTest {

  @TempDir static Path folder;
  private static ModelCatalog catalog;

  @BeforeAll
  static void write() {
    List<ServedModel> models =
        Stream.of("a", "b", "c")
            .map(
                name -> {
                  SeededStableDiffusion.write(folder.resolve(name), name.charAt(0));
                  return new ServedModel(name, Checkpoint.open(folder.resolve(name)));
                })
            .toList();
    catalog = new ModelCatalog(models);
  }

  private static ModelCache cache(int capacity) {
    return new ModelCache(catalog, Device.CPU, DType.FLOAT32, capacity);
  }

  @Test
  void theFirstIsTheDefaultAndTheEmbeddedOneIsAlwaysThere() {
    assertThat(catalog.defaultName()).isEqualTo("a");
    assertThat(catalog.all())
        .extracting(ModelFacts::name)
        .containsExactly("a", "b", "c", "chiaroscuro-demo");
    assertThatThrownBy(() -> catalog.facts("d"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("a, b, c, chiaroscuro-demo");
    ServedModel twice = new ServedModel("a", Checkpoint.open(folder.resolve("a")));
    assertThatThrownBy(() -> new ModelCatalog(List.of(twice, twice)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'a'");
  }

  @Test
  void closesTheLeastRecentlyUsed() {
    try (var cache = cache(2)) {
      cache.lease("a").close();
      cache.lease("b").close();
      cache.lease(null).close(); // the default, a
      cache.lease("c").close();
      assertThat(cache.isLoaded("a")).isTrue();
      assertThat(cache.isLoaded("b")).isFalse();
      assertThat(cache.isLoaded("c")).isTrue();
    }
  }

  @Test
  void whatIsLeasedStays() {
    try (var cache = cache(1)) {
      var a = cache.lease("a");
      var b = cache.lease("b");
      assertThat(cache.size()).isEqualTo(2);
      assertThat(a.model().unet().weights().dtype()).isEqualTo(DType.FLOAT32);
      b.close();
      assertThat(cache.isLoaded("b")).isFalse();
      assertThat(cache.lease("a").model()).isSameAs(a.model());
      cache.lease("c").close();
      assertThat(cache.isLoaded("a")).isTrue();
    }
  }
}
