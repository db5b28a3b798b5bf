package io.chiaroscuro.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.spark.LocalSpark;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkFiles;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ClusterCheckpointTest {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private static Path temporary;

  @AfterAll
  static void closeModels() {
    ExecutorModels.closeIdle();
  }

  private static <T> List<T> inTasks(Function<Integer, T> work) {
    JavaRDD<Integer> tasks =
        JavaSparkContext.fromSparkContext(SPARK.session().sparkContext())
            .parallelize(IntStream.range(0, 6).boxed().toList(), 6);
    return tasks.map(work).collect();
  }

  /** A checkpoint of its own: what is in the user's cache already would not be brought again. */
  private static Path checkpoint(String name) throws IOException {
    Path folder = temporary.resolve(name);
    SeededCheckpoint.write("family1", folder);
    return folder;
  }

  @Test
  void theEmbeddedModelIsOpenedOnceForAllTasks() {
    ClusterCheckpoint checkpoint = ClusterCheckpoint.embedded();
    assertThat(checkpoint.name())
        .isEqualTo(Checkpoint.open(EmbeddedModel.ofThisBuild().checkpoint()).name());

    List<Integer> encoders =
        inTasks(
            i -> {
              try (var encoder = ExecutorModels.encoder(checkpoint, Device.CPU, DType.FLOAT32)) {
                return System.identityHashCode(encoder.model());
              }
            });

    assertThat(encoders).hasSize(6).containsOnly(encoders.get(0));
  }

  @Test
  void theDriversFolderIsCopiedOnceToANode() throws IOException {
    Path folder = checkpoint("painter");
    Checkpoint opened = Checkpoint.open(folder);
    CopiedFolder copy =
        CopiedFolder.offered(SPARK.session().sparkContext(), opened, Set.of(Component.values()));
    String root = temporary.resolve("node").toString();

    List<String> copies =
        inTasks(
            i -> {
              Checkpoint there = Checkpoint.open(copy.on(new NodeCache(Path.of(root))));
              return "%s %s %s".formatted(there.folder(), there.name(), there.hash());
            });

    assertThat(copies).hasSize(6).containsOnly(copies.get(0));
    assertThat(copies.get(0)).endsWith(" painter " + opened.hash());
    try (Stream<Path> files = Files.list(Path.of(root))) {
      assertThat(files.filter(path -> !path.endsWith(".locks"))).hasSize(1);
    }
  }

  @Test
  void onlyNetworksThatAreNeededAreSent() throws IOException {
    Path folder = checkpoint("encoder-only");
    Files.writeString(folder.resolve("README.md"), "Nobody reads it.");

    CopiedFolder copy =
        CopiedFolder.offered(
            SPARK.session().sparkContext(), Checkpoint.open(folder), Set.of(Component.VAE));

    assertThat(copy.files())
        .extracting(CopiedFile::path)
        .contains("model_index.json", "vae/config.json", "vae/diffusion_pytorch_model.safetensors")
        .noneMatch(path -> path.startsWith("unet") || path.startsWith("README"));
    try (var encoder =
        LatentEncoder.load(
            Checkpoint.open(copy.on(new NodeCache(temporary.resolve("partial")))),
            Device.CPU,
            DType.FLOAT32)) {
      assertThat(encoder.dtype()).isEqualTo(DType.FLOAT32);
    }
  }

  @Test
  void aFileSystemsFolderIsCopiedByEachNodeAndAgainWhenItChanged() throws IOException {
    Path folder = checkpoint("stored");
    String uri = folder.toUri().toString();
    var hadoop = SPARK.session().sparkContext().hadoopConfiguration();
    NodeCache node = new NodeCache(temporary.resolve("reader"));

    Path copy = CopiedFolder.stored(uri, hadoop).on(node);
    assertThat(Checkpoint.open(copy).hash()).isEqualTo(Checkpoint.open(folder).hash());
    assertThat(CopiedFolder.stored(uri, hadoop).on(node)).isEqualTo(copy);

    Files.writeString(folder.resolve("vae/notes.txt"), "changed");
    assertThat(CopiedFolder.stored(uri, hadoop).on(node)).isNotEqualTo(copy);
  }

  @Test
  void aHubsSnapshotKeepsItsName() throws IOException {
    Path folder = checkpoint("models--org--painter/snapshots/0123abc");
    CopiedFolder copy =
        CopiedFolder.offered(
            SPARK.session().sparkContext(), Checkpoint.open(folder), Set.of(Component.VAE));

    assertThat(Checkpoint.open(copy.on(new NodeCache(temporary.resolve("hub")))).name())
        .isEqualTo("org/painter");
  }

  @Test
  void aFileThatWasAlteredOnTheWayIsRefused() throws IOException {
    Path folder = checkpoint("altered");
    CopiedFolder copy =
        CopiedFolder.offered(
            SPARK.session().sparkContext(), Checkpoint.open(folder), Set.of(Component.VAE));
    CopiedFile last = copy.files().get(copy.files().size() - 1);
    Path arrived = Path.of(SparkFiles.get(last.origin().content()));
    byte[] sound = Files.readAllBytes(arrived);
    Files.writeString(arrived, "something else");

    NodeCache node = new NodeCache(temporary.resolve("careful"));
    assertThatThrownBy(() -> copy.on(node))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("damaged");
    Files.write(arrived, sound); // Other checkpoints share it.
    assertThat(Checkpoint.open(copy.on(node)).name()).isEqualTo("altered");
  }

  @Test
  void anotherModelAtTheSamePathIsRefused() throws IOException {
    Path folder = checkpoint("moving");
    ClusterCheckpoint checkpoint = ClusterCheckpoint.onEveryNode(folder.toString());
    assertThat(checkpoint.open().hash()).isEqualTo(checkpoint.hash());

    Path config = folder.resolve("vae/config.json");
    Files.writeString(config, Files.readString(config) + "\n");

    assertThatThrownBy(checkpoint::open)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("another model on this node");
  }

  @Test
  void whatIsNoCheckpointIsRefusedByTheDriver() {
    assertThatThrownBy(
            () ->
                ClusterCheckpoint.stored(
                    SPARK.session(), temporary.resolve("nothing").toUri().toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(
            () -> ClusterCheckpoint.sent(SPARK.session(), temporary.resolve("nothing"), Set.of()))
        .isInstanceOf(InvalidInputException.class);
  }
}
