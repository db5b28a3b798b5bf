package io.chiaroscuro.server.model;

import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Models in memory: loaded when they are wanted, and closed, the least recently used first, when
 * there are more than may be. A model that is leased stays, so for a moment there may be one more.
 */
public final class ModelCache implements AutoCloseable {

  /** A model that somebody works with. */
  public final class Lease implements AutoCloseable {
    private final Held held;

    private Lease(Held held) {
      this.held = held;
      held.leases++;
    }

    public StableDiffusion model() {
      return held.model;
    }

    @Override
    public void close() {
      release(held);
    }
  }

  private static final class Held {
    private final StableDiffusion model;
    private int leases;

    private Held(StableDiffusion model) {
      this.model = model;
    }
  }

  private final ModelCatalog catalog;
  private final Device device;
  private final DType dtype;
  private final int capacity;
  private final Map<String, Held> held = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param capacity how many may be in memory
   */
  public ModelCache(ModelCatalog catalog, Device device, DType dtype, int capacity) {
    this.catalog = catalog;
    this.device = device;
    this.dtype = dtype;
    this.capacity = capacity;
  }

  /**
   * The model of that name, which stays in memory until the lease is closed.
   *
   * @param name null for the default
   * @throws io.chiaroscuro.InvalidInputException if there is none, or it is damaged
   */
  public synchronized Lease lease(String name) {
    ServedModel wanted = catalog.find(name);
    Held found = held.get(wanted.name());
    if (found == null) {
      makeRoom(capacity - 1);
      found = new Held(StableDiffusion.load(wanted.checkpoint(), device, dtype, List.of()));
      held.put(wanted.name(), found);
    }
    return new Lease(found);
  }

  private synchronized void release(Held released) {
    released.leases--;
    makeRoom(capacity);
  }

  /** Closes models that nobody works with until no more than {@code most} are left. */
  private void makeRoom(int most) {
    Iterator<Held> oldestFirst = held.values().iterator();
    while (held.size() > most && oldestFirst.hasNext()) {
      Held oldest = oldestFirst.next();
      if (oldest.leases == 0) {
        oldestFirst.remove();
        oldest.model.close();
      }
    }
  }

  /** Whether the model of that name is in memory. */
  public synchronized boolean isLoaded(String name) {
    return held.containsKey(name);
  }

  /** How many are in memory. */
  public synchronized int size() {
    return held.size();
  }

  /** Closes all; nobody may work with one any more. */
  @Override
  public synchronized void close() {
    makeRoom(0);
  }
}
