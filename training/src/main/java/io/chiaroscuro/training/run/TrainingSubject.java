package io.chiaroscuro.training.run;

import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.training.optim.Parameters;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What a run trains: networks, the data they see and the loss they are judged by. */
public interface TrainingSubject extends AutoCloseable {

  /** What is learnt. */
  Parameters parameters();

  /** Examples in a batch of all processes together, for the rate. */
  int batchSize();

  /**
   * The loss of this process's share of a batch, a scalar from which gradients flow into the {@link
   * #parameters}; kept in the caller's scope.
   *
   * @param batch its number in the whole run, of which its content is a pure function
   * @param random where noise and timesteps are drawn, a function of the batch too and the same in
   *     all processes
   */
  Tensor loss(long batch, SeededGenerator random);

  /**
   * Adds the gradients of a loss to those of the {@link #parameters}.
   *
   * @param loss made of the latest {@link #loss}
   */
  default void backward(Tensor loss) {
    loss.backward();
  }

  /** Called whenever the parameters have other values, for what was derived from them. */
  default void parametersChanged() {}

  /** Pictures of fixed captions and seeds, made by the weights as they stand; none by default. */
  default List<Sample> samples() {
    return List.of();
  }

  /**
   * Writes what is trained, as it stands, in the form in which it is published.
   *
   * @throws io.chiaroscuro.InvalidInputException if it cannot be written
   */
  void write(Path folder);

  @Override
  void close();
}
