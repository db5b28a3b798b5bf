package io.chiaroscuro.training.process;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/** Several processes over libtorch's collectives. */
final class Joined implements ProcessGroup {

  /** Small tensors travel together in buckets of this size, that of PyTorch's DDP. */
  private static final long BUCKET_BYTES = 25L << 20;

  private static final long RETRY_NANOS = 100_000_000;

  private final Membership membership;
  private final Device device;
  private final Store store;
  private final Backend backend;

  Joined(Membership membership, Device device, Duration timeout) {
    this.membership = membership;
    this.device = device;
    Store met = null;
    try (var scope = new TensorScope()) {
      var wait = new Milliseconds(timeout.toMillis());
      met = scope.own(store(membership, timeout));
      met.setTimeout(wait);
      this.store = met;
      this.backend =
          scope.own(device.type() == Device.Type.CUDA ? nccl(wait) : gloo(localAddress(), wait));
    } catch (RuntimeException | IOException e) {
      if (met != null) {
        met.close();
      }
      throw new InvalidInputException(
          "Process %d of %d did not meet the others at %s (%s); check that all are started and can reach that place."
              .formatted(
                  membership.rank(), membership.worldSize(), membership.rendezvous(), reason(e)),
          e);
    }
    try {
      barrier(); // Rank 0 may hold the rendezvous, so none may leave before all have used it.
    } catch (InvalidInputException e) {
      close();
      throw e;
    }
  }

  private static Store store(Membership membership, Duration timeout) throws IOException {
    URI rendezvous = membership.rendezvous();
    if (rendezvous.getScheme().equals("file")) {
      return new FileStore(Path.of(rendezvous).toString(), membership.worldSize());
    }
    if (membership.rank() > 0) {
      awaitHost(new InetSocketAddress(rendezvous.getHost(), rendezvous.getPort()), timeout);
    }
    return new TCPStore(
        rendezvous.getHost(),
        new TCPStoreOptions()
            .port((short) rendezvous.getPort()) // unsigned in C++
            .isServer(membership.rank() == 0)
            .timeout(new Milliseconds(timeout.toMillis())));
  }

  /** Returns when somebody listens there: of one who does not, libtorch would print pages. */
  private static void awaitHost(InetSocketAddress host, Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      try (var socket = new Socket()) {
        socket.connect(host, Math.toIntExact(timeout.toMillis()));
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  private Backend gloo(String address, Milliseconds timeout) {
    var options = new ProcessGroupGloo.Options(timeout);
    options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(address)));
    return new ProcessGroupGloo(store, membership.rank(), membership.worldSize(), options);
  }

  private Backend nccl(Milliseconds timeout) {
    var options = new ProcessGroupNCCL.Options();
    options.timeout(timeout);
    return new ProcessGroupNCCL(store, membership.rank(), membership.worldSize(), options);
  }

  /** This machine's address as seen from the rendezvous: no packet is sent to learn it. */
  private String localAddress() throws IOException {
    URI rendezvous = membership.rendezvous();
    if (rendezvous.getScheme().equals("file")) {
      return "127.0.0.1";
    }
    try (var socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(rendezvous.getHost(), rendezvous.getPort()));
      return socket.getLocalAddress().getHostAddress();
    }
  }

  @Override
  public int rank() {
    return membership.rank();
  }

  @Override
  public int size() {
    return membership.worldSize();
  }

  @Override
  public void average(Collection<Tensor> tensors) {
    for (List<Tensor> bucket : buckets(tensors)) {
      inPlace(
          bucket,
          flat -> {
            await(backend.allreduce(flat));
            return flat.get(0).div_(new Scalar((double) size()));
          });
    }
  }

  @Override
  public void broadcast(Collection<Tensor> tensors) {
    for (List<Tensor> bucket : buckets(tensors)) {
      inPlace(
          bucket,
          flat -> {
            await(backend.broadcast(flat));
            return flat.get(0);
          });
    }
  }

  @Override
  public void barrier() {
    try (var scope = new TensorScope()) {
      Tensor token = Tensors.to(Tensors.zeros(DType.FLOAT32, 1), device, DType.FLOAT32);
      average(List.of(token));
      token.item_float(); // On a GPU the average is only queued until somebody looks at it.
    }
  }

  private static List<List<Tensor>> buckets(Collection<Tensor> tensors) {
    List<List<Tensor>> buckets = new ArrayList<>();
    DType dtype = null;
    long bytes = 0;
    for (Tensor tensor : tensors) {
      long size = tensor.nbytes();
      if (DType.of(tensor) != dtype || bytes + size > BUCKET_BYTES) {
        buckets.add(new ArrayList<>());
        dtype = DType.of(tensor);
        bytes = 0;
      }
      buckets.get(buckets.size() - 1).add(tensor);
      bytes += size;
    }
    return buckets;
  }

  private void inPlace(List<Tensor> bucket, Function<TensorVector, Tensor> collective) {
    // Weights are leaves, which autograd would not let anyone overwrite.
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      var parts = new TensorVector(bucket.toArray(Tensor[]::new));
      Tensor result = collective.apply(new TensorVector(torch.flatten_dense_tensors(parts)));
      TensorVector results = torch.unflatten_dense_tensors(result, parts);
      for (int i = 0; i < bucket.size(); i++) {
        bucket.get(i).copy_(results.get(i));
      }
    } catch (RuntimeException e) {
      throw new InvalidInputException(
          "Process %d of %d lost another one (%s); resume the run from its last checkpoint."
              .formatted(rank(), size(), reason(e)),
          e);
    }
  }

  private static void await(Work work) {
    work._wait();
  }

  /** The first sentence of what libtorch says, without the place in its sources. */
  private static String reason(Exception e) {
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    String said = message.replaceFirst("^\\[[^\\]]*:\\d+\\] ", "").strip();
    return said.length() > 200 ? said.substring(0, 200) + "..." : said;
  }

  @Override
  public void close() {
    backend.close();
    store.close();
  }
}
