package io.chiaroscuro.training.process;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.Device;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * The processes that train together, each on its share of every batch: data parallelism. With equal
 * shares the average of their gradients of a mean loss is the gradient over the whole batch.
 *
 * <p>Every process calls the same methods in the same order with tensors of the same shapes. They
 * throw {@link InvalidInputException} where another process is lost or silent for longer than the
 * timeout; the group is then of no more use.
 */
public sealed interface ProcessGroup extends AutoCloseable permits Alone, Joined {

  /** This process's number, from 0. */
  int rank();

  /** How many processes there are. */
  int size();

  /** Replaces each tensor in place by its mean over the processes, bit for bit the same in all. */
  void average(Collection<Tensor> tensors);

  /** Replaces each tensor in place by that of rank 0. */
  void broadcast(Collection<Tensor> tensors);

  /** Returns when every process has come here. */
  void barrier();

  /** Lets rank 0 work first, and the others when what it leaves on the disk is there for them. */
  default <T> T inTurn(Supplier<T> work) {
    if (rank() != 0) {
      barrier();
    }
    T result = work.get();
    if (rank() == 0) {
      barrier();
    }
    return result;
  }

  @Override
  void close();

  /** The group of one process, in which there is nothing to do. */
  static ProcessGroup alone() {
    return new Alone();
  }

  /**
   * Meets the others, over libtorch's own collectives: gloo for tensors on the CPU, NCCL on GPUs.
   * Connections are made through the interface that leads to the rendezvous: a file or a loopback
   * address keeps all traffic within the machine.
   *
   * @param device where the tensors of this process lie
   * @param timeout how long to wait for the others, here and in every collective
   * @throws InvalidInputException if they do not come in time, or the rendezvous cannot be reached
   */
  static ProcessGroup join(Membership membership, Device device, Duration timeout) {
    return new Joined(membership, device, timeout);
  }

  /**
   * The group that this process was started into by {@link Processes} or torchrun, or {@link
   * #alone}.
   */
  static ProcessGroup ofEnvironment(Device device, Duration timeout) {
    Processes.endWithLauncher(System.getenv());
    return Membership.of(System.getenv())
        .map(membership -> join(membership, device, timeout))
        .orElseGet(ProcessGroup::alone);
  }
}
