package io.chiaroscuro.training.run;

import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.training.optim.Parameters;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;

/** What a run trains: networks, the data they see and the loss they are judged by. */
public interface TrainingSubject extends AutoCloseable {

  /** What is learnt. */
  Parameters parameters();

  /**
   * The loss of one batch, a scalar from which gradients flow into the {@link #parameters}.
   *
   * @param batch its number in the whole run, of which its content is a pure function
   * @param random where noise and timesteps are drawn; a function of the batch too
   */
  Tensor loss(long batch, SeededGenerator random);

  /** How many examples a batch has, for the rate. */
  int batchSize();

  /** Writes what is trained, as it stands, in the form in which it is published. */
  void write(Path folder);

  @Override
  void close();
}
