package io.chiaroscuro.spark.cluster;

import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The models that an executor has open, each once for all of its tasks. One that no task uses stays
 * open for the next task until a task wants another model, so that memory holds what is needed and
 * not what was.
 */
public final class ExecutorModels {

  private static final Map<Object, Shared> OPEN = new HashMap<>();

  private ExecutorModels() {}

  private static final class Shared {
    final AutoCloseable model;
    int leases;

    Shared(AutoCloseable model) {
      this.model = model;
    }
  }

  /**
   * A task's share of a model.
   *
   * @param <T> the model
   */
  public static final class Lease<T> implements AutoCloseable {

    private final T model;
    private Shared shared;

    private Lease(T model, Shared shared) {
      this.model = model;
      this.shared = shared;
    }

    /** Not to be closed; good until this object is closed. */
    public T model() {
      return model;
    }

    @Override
    public void close() {
      synchronized (ExecutorModels.class) {
        if (shared != null) {
          shared.leases--;
          shared = null;
        }
      }
    }
  }

  private record Key(Class<?> kind, String hash, Device device, DType dtype) {}

  /**
   * A checkpoint's autoencoder.
   *
   * @throws io.chiaroscuro.InvalidInputException if it cannot be had on this node, or is damaged
   */
  public static Lease<LatentEncoder> encoder(
      ClusterCheckpoint checkpoint, Device device, DType dtype) {
    return lease(
        new Key(LatentEncoder.class, checkpoint.hash(), device, dtype),
        () -> LatentEncoder.load(checkpoint.open(), device, dtype));
  }

  /**
   * A checkpoint's whole pipeline.
   *
   * @throws io.chiaroscuro.InvalidInputException if it cannot be had on this node, or is damaged
   */
  public static Lease<StableDiffusion> stableDiffusion(
      ClusterCheckpoint checkpoint, Device device, DType dtype) {
    return lease(
        new Key(StableDiffusion.class, checkpoint.hash(), device, dtype),
        () -> StableDiffusion.load(checkpoint.open(), device, dtype, List.of()));
  }

  /**
   * Any model.
   *
   * @param key equals those of the same model only; the same key always stands for a {@code T}
   * @param opening opens it, if it is not open; other tasks that ask wait meanwhile
   */
  @SuppressWarnings("unchecked")
  public static synchronized <T extends AutoCloseable> Lease<T> lease(
      Object key, Supplier<T> opening) {
    Shared shared = OPEN.get(key);
    if (shared == null) {
      closeIdle();
      shared = new Shared(opening.get());
      OPEN.put(key, shared);
    }
    shared.leases++;
    return new Lease<>((T) shared.model, shared);
  }

  /** Closes what no task uses; for a process that goes on without Spark. */
  public static synchronized void closeIdle() {
    Iterator<Shared> all = OPEN.values().iterator();
    while (all.hasNext()) {
      Shared shared = all.next();
      if (shared.leases == 0) {
        all.remove();
        close(shared.model);
      }
    }
  }

  private static void close(AutoCloseable model) {
    try {
      model.close();
    } catch (Exception e) {
      throw new IllegalStateException("Closing a model failed.", e);
    }
  }
}
