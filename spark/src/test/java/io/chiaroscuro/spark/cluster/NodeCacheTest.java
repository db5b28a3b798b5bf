package io.chiaroscuro.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeCacheTest {

  @TempDir private Path root;

  @Test
  void isFilledOnceByAnyNumberOfThreads() throws Exception {
    AtomicInteger fillings = new AtomicInteger();
    Callable<Path> wanting =
        () ->
            new NodeCache(root)
                .folder(
                    "model",
                    folder -> {
                      fillings.incrementAndGet();
                      Files.writeString(folder.resolve("a"), "half");
                      Files.writeString(folder.resolve("b"), "whole");
                    });
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<Path>> folders = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      folders.add(threads.submit(wanting));
    }
    for (Future<Path> folder : folders) {
      assertThat(folder.get().resolve("b")).hasContent("whole");
    }
    threads.shutdown();
    assertThat(fillings).hasValue(1);
  }

  @Test
  void whatAKilledProcessLeftIsThrownAway() throws IOException {
    Path part = Files.createDirectories(root.resolve(".model.part/vae"));
    Files.writeString(part.resolve("weights"), "half of th");

    Path folder =
        new NodeCache(root).folder("model", f -> Files.writeString(f.resolve("config"), "{}"));

    assertThat(folder)
        .isDirectoryNotContaining("glob:**vae")
        .isDirectoryContaining("glob:**config");
    assertThat(root.resolve(".model.part")).doesNotExist();
  }

  @Test
  void whatFailsIsNotThereAndCanBeTriedAgain() throws IOException {
    NodeCache cache = new NodeCache(root);

    assertThatThrownBy(
            () ->
                cache.folder(
                    "model",
                    folder -> {
                      Files.writeString(folder.resolve("a"), "half");
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("XDG_CACHE_HOME");
    assertThat(root.resolve("model")).doesNotExist();

    assertThat(cache.folder("model", f -> Files.writeString(f.resolve("b"), "whole")))
        .isDirectoryNotContaining("glob:**/a");
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(root.resolve("file"));

    assertThatThrownBy(() -> new NodeCache(file).folder("model", folder -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("XDG_CACHE_HOME");
  }
}
