package io.chiaroscuro.spark.cluster;

import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.hub.DownloadListener;
import io.chiaroscuro.hub.Hub;
import io.chiaroscuro.hub.HubConfig;
import io.chiaroscuro.hub.Wanted;
import java.io.Serializable;
import java.nio.file.Path;

/** Where a node finds a checkpoint's folder. */
sealed interface CheckpointSource extends Serializable {

  /**
   * The folder on the node that asks, brought there if need be.
   *
   * @throws io.chiaroscuro.InvalidInputException if it cannot be had
   */
  Path folder();

  /** The model inside the product, which every node has with the product. */
  record Embedded() implements CheckpointSource {

    @Override
    public Path folder() {
      return EmbeddedModel.ofThisBuild().checkpoint();
    }
  }

  /** A path that every node has, or a name that every node asks the hub for. */
  record OnEveryNode(String nameOrPath) implements CheckpointSource {

    @Override
    public Path folder() {
      Path home = Path.of(System.getProperty("user.home"));
      return new Hub(HubConfig.of(System.getenv(), home))
          .resolve(nameOrPath, Wanted.CHECKPOINT, DownloadListener.NONE);
    }
  }

  /** Copied to every node that asks. */
  record Copied(CopiedFolder copy) implements CheckpointSource {

    @Override
    public Path folder() {
      return copy.on(NodeCache.here());
    }
  }
}
