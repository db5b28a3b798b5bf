package io.chiaroscuro.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddedModelTest {

  private Path classes;
  private ClassLoader resources;
  private Path cache;

  @BeforeAll
  void publish(@TempDir Path folder) throws IOException {
    Path trained = folder.resolve("trained");
    SeededStableDiffusion.write(trained, 0);
    Path module = Files.createDirectory(folder.resolve("module"));
    Files.createFile(module.resolve("pom.xml"));
    Path adapter = folder.resolve("fine-tunes/dark/adapter.txt");
    Files.createDirectories(adapter.getParent());
    Files.writeString(adapter, "small");
    var publication = new EmbeddedModelPublication(module);
    publication.checkpoint(trained);
    publication.fineTunes(folder.resolve("fine-tunes"));
    Path reference = Files.createDirectory(folder.resolve("reference"));
    Files.writeString(reference.resolve("reference.json"), "{}");
    publication.reference(reference);
    classes = module.resolve("src/main/resources");
    resources = loader(classes);
  }

  @BeforeEach
  void emptyCache(@TempDir Path cache) {
    this.cache = cache;
  }

  private static ClassLoader loader(Path classes) throws MalformedURLException {
    return new URLClassLoader(new URL[] {classes.toUri().toURL()}, null);
  }

  private EmbeddedModel model() {
    return new EmbeddedModel(resources, cache);
  }

  private List<Path> cached() throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void isACheckpointLikeAnyOther() {
    try (var loaded = StableDiffusion.load(model().checkpoint(), Device.CPU, DType.FLOAT32)) {
      assertThat(loaded.trainedSize()).isEqualTo(128);
      assertThat(loaded.checkpoint().name()).isEqualTo("chiaroscuro-demo");
    }
  }

  @Test
  void onlyWhatIsWantedIsCopied() throws IOException {
    Path fineTune = model().fineTune("dark");
    assertThat(fineTune.resolve("adapter.txt")).hasContent("small");
    assertThat(cached()).hasSize(1);
  }

  @Test
  void theReferenceAndAllFineTunesAreFolders() throws IOException {
    assertThat(model().reference().resolve("reference.json")).hasContent("{}");
    assertThat(model().fineTunes().orElseThrow().resolve("dark/adapter.txt")).hasContent("small");
    assertThat(new EmbeddedModel(loader(cache), cache).fineTunes()).isEmpty();
  }

  @Test
  void whatIsThereStays() throws IOException {
    model().checkpoint();
    List<Path> files = cached();
    for (Path file : files) {
      Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(0));
    }
    model().checkpoint();
    assertThat(cached()).isEqualTo(files);
    assertThat(files).allMatch(file -> file.toFile().lastModified() == 0);
  }

  @Test
  void whatWasCutOffIsCopiedAgain() throws IOException {
    Path index = model().checkpoint().resolve("model_index.json");
    String whole = Files.readString(index);
    Files.writeString(index, "{");
    model().checkpoint();
    assertThat(index).hasContent(whole);
  }

  @Test
  void severalAtOnceDoNoHarm() throws Exception {
    var threads = Executors.newFixedThreadPool(4);
    try {
      Callable<Path> copying = () -> model().checkpoint();
      for (Future<Path> one : threads.invokeAll(List.of(copying, copying, copying, copying))) {
        assertThat(one.get()).isDirectory();
      }
    } finally {
      threads.shutdown();
    }
    EmbeddedIndex copied = EmbeddedIndex.of(model().checkpoint().getParent());
    EmbeddedIndex published = EmbeddedIndex.of(classes.resolve(EmbeddedModel.RESOURCES));
    assertThat(copied.entries()).isEqualTo(published.below(EmbeddedModel.CHECKPOINT));
  }

  @Test
  void otherFilesLieInAnotherFolder(@TempDir Path other) throws IOException {
    Path index = other.resolve(EmbeddedModel.RESOURCES);
    Files.createDirectories(index.resolve("leak"));
    Files.writeString(index.resolve("leak/stats"), "other");
    EmbeddedIndex.of(index).write(index);
    Path leak = new EmbeddedModel(loader(other), cache).leak();
    assertThat(leak.getParent()).isNotEqualTo(model().checkpoint().getParent());
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamedWithTheRemedy() throws IOException {
    cache = Files.createFile(cache.resolve("file"));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> model().checkpoint())
        .withMessageContaining(cache.toString())
        .withMessageContaining("set XDG_CACHE_HOME to a folder that is writable and has");
  }

  @Test
  void aFullCacheNeedNotBeWritable() throws IOException {
    Path folder = model().checkpoint();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertThat(model().checkpoint()).isEqualTo(folder);
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void aDamagedBuildIsNoticed(@TempDir Path damaged) throws IOException {
    Path folder = damaged.resolve(EmbeddedModel.RESOURCES);
    Files.createDirectories(folder.resolve("leak"));
    Files.writeString(folder.resolve("leak/stats"), "whole");
    EmbeddedIndex.of(folder).write(folder);
    Files.writeString(folder.resolve("leak/stats"), "wrong");
    EmbeddedModel model = new EmbeddedModel(loader(damaged), cache);
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(model::leak)
        .withMessage(
            "The embedded model's leak/stats is damaged; build Chiaroscuro again from a fresh clone.");
    assertThat(cached()).isEmpty();
  }

  @Test
  void aBuildWithoutModelSaysSo() throws IOException {
    EmbeddedModel none = new EmbeddedModel(loader(cache), cache);
    assertThat(none.isPresent()).isFalse();
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(none::checkpoint)
        .withMessage(
            "This build has no embedded model; name a folder of your own, for example with --model.");
  }

  /** Of the real resources: what was changed by hand must be indexed again. */
  @Test
  void theIndexListsWhatIsPublished() throws IOException {
    Path published = Path.of("src/main/resources").resolve(EmbeddedModel.RESOURCES);
    if (Files.exists(published)) {
      EmbeddedIndex index;
      try (var text = Files.newInputStream(published.resolve(EmbeddedIndex.FILE))) {
        index = EmbeddedIndex.read(text);
      }
      assertThat(index).isEqualTo(EmbeddedIndex.of(published));
    }
  }
}
