package io.chiaroscuro.training.run;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.nn.OwnGradients;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.data.Draws;
import io.chiaroscuro.training.optim.AdamW;
import io.chiaroscuro.training.optim.Ema;
import io.chiaroscuro.training.optim.NamedTensors;
import io.chiaroscuro.training.optim.Parameters;
import io.chiaroscuro.training.process.ProcessGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A run of training, as a lazy sequence of the optimizer's steps: whoever iterates shows progress,
 * and may stop at any step.
 *
 * <p>Its output folder holds {@code metrics.jsonl}, TensorBoard's {@code logs}, {@code samples} and
 * {@code checkpoint-STEP}, from which a run continues bit for bit: batches, noise and timesteps are
 * pure functions of seed and step, so weights, optimizer and moving average are all there is to
 * remember.
 *
 * <pre>{@code
 * try (var run = TrainingRun.start(subject, config, settings, folder, ProcessGroup.alone(), log)) {
 *   run.forEachRemaining(step -> System.out.println(step.loss()));
 *   run.finish();
 * }
 * }</pre>
 */
public final class TrainingRun implements Iterator<TrainingStep>, AutoCloseable {

  private static final String WEIGHTS = "weights";
  private static final String OPTIMIZER = "optimizer";
  private static final String EMA = "ema";

  private final TrainingSubject subject;
  private final TrainingConfig config;
  private final Path outputDir;
  private final ProcessGroup processes;
  private final Draws draws;
  private final AdamW optimizer;
  private final Optional<Ema> ema;
  private final TrainingCheckpoints checkpoints;
  private long step;
  private long savedStep;
  private volatile boolean stopWanted;
  private boolean stopped;

  /** Of rank 0, from the first step on: a run that cannot begin leaves no trace. */
  private Optional<TrainingLog> log = Optional.empty();

  private TrainingRun(
      TrainingSubject subject,
      TrainingConfig config,
      Path outputDir,
      ProcessGroup processes,
      TrainingCheckpoints checkpoints,
      Optional<SavedState> saved) {
    this.subject = subject;
    this.config = config;
    this.outputDir = outputDir;
    this.processes = processes;
    this.checkpoints = checkpoints;
    this.draws = new Draws(config.seed()).of("noise");
    Parameters parameters = subject.parameters();
    saved.ifPresent(
        state ->
            NamedTensors.copy(
                state.tensors(WEIGHTS), parameters.tensors(), "The saved weights' file"));
    this.optimizer = new AdamW(parameters, config.adamW());
    this.ema =
        config.emaDecay() == 0
            ? Optional.empty()
            : Optional.of(new Ema(parameters, config.emaDecay()));
    saved.ifPresent(
        state -> {
          optimizer.restore(state.tensors(OPTIMIZER));
          ema.ifPresent(average -> average.restore(state.tensors(EMA)));
        });
    subject.parametersChanged();
    this.step = saved.map(SavedState::step).orElse(0L);
    this.savedStep = step;
  }

  /**
   * Begins.
   *
   * @param subject closed with this run
   * @param settings what a resumed run must share
   * @param outputDir created if absent
   * @param processes that train together; the caller's
   * @throws InvalidInputException if the folder holds checkpoints of another run
   */
  public static TrainingRun start(
      TrainingSubject subject,
      TrainingConfig config,
      ObjectNode settings,
      Path outputDir,
      ProcessGroup processes) {
    TrainingCheckpoints checkpoints = checkpoints(config, settings, outputDir, sentence -> {});
    checkpoints.requireNone();
    return new TrainingRun(subject, config, outputDir, processes, checkpoints, Optional.empty());
  }

  /**
   * Continues from the latest whole checkpoint in {@code outputDir}, or begins where there is none.
   *
   * @param warnings told of a checkpoint that is passed over
   * @throws InvalidInputException if it was written with other settings
   */
  public static TrainingRun resume(
      TrainingSubject subject,
      TrainingConfig config,
      ObjectNode settings,
      Path outputDir,
      ProcessGroup processes,
      Consumer<String> warnings) {
    TrainingCheckpoints checkpoints = checkpoints(config, settings, outputDir, warnings);
    return resume(subject, config, outputDir, processes, checkpoints, TrainingCheckpoints::latest);
  }

  /**
   * Continues from one checkpoint.
   *
   * @param checkpoint a path, or a name in {@code outputDir}
   * @throws InvalidInputException if it is not whole, was written with other settings, or later
   *     ones are there
   */
  public static TrainingRun resumeAt(
      Path checkpoint,
      TrainingSubject subject,
      TrainingConfig config,
      ObjectNode settings,
      Path outputDir,
      ProcessGroup processes) {
    TrainingCheckpoints checkpoints = checkpoints(config, settings, outputDir, sentence -> {});
    return resume(
        subject, config, outputDir, processes, checkpoints, all -> Optional.of(all.at(checkpoint)));
  }

  private static TrainingRun resume(
      TrainingSubject subject,
      TrainingConfig config,
      Path outputDir,
      ProcessGroup processes,
      TrainingCheckpoints checkpoints,
      Function<TrainingCheckpoints, Optional<SavedState>> choice) {
    try (var scope = new TensorScope()) {
      Optional<SavedState> saved = choice.apply(checkpoints);
      try {
        return new TrainingRun(subject, config, outputDir, processes, checkpoints, saved);
      } finally {
        saved.ifPresent(SavedState::close);
      }
    }
  }

  private static TrainingCheckpoints checkpoints(
      TrainingConfig config, ObjectNode settings, Path outputDir, Consumer<String> warnings) {
    return new TrainingCheckpoints(outputDir, config.checkpointsTotalLimit(), settings, warnings);
  }

  /** How many steps are done. */
  public long step() {
    return step;
  }

  /** Whether all steps are done, rather than the run stopped. */
  public boolean isComplete() {
    return step >= config.maxTrainSteps();
  }

  /**
   * Lets the step in hand be the last, in every process, whichever of them is asked. Any thread may
   * call it.
   */
  public void stop() {
    stopWanted = true;
  }

  @Override
  public boolean hasNext() {
    return !isComplete() && !stopped;
  }

  /**
   * Takes one step; writes metrics, and a checkpoint and samples where it is time for them.
   *
   * @throws InvalidInputException if the loss is NaN or infinite, or something cannot be written
   */
  @Override
  public TrainingStep next() {
    if (!hasNext()) {
      throw new NoSuchElementException("No step is left after " + step + ".");
    }
    long begin = System.nanoTime();
    double loss = accumulateGradients();
    double gradNorm = subject.parameters().clipGradNorm(config.maxGradNorm());
    double learningRate = config.learningRate().at(step);
    optimizer.step(learningRate);
    subject.parameters().zeroGrad();
    step++;
    subject.parametersChanged();
    ema.ifPresent(average -> average.update(step));
    double seconds = (System.nanoTime() - begin) / 1e9;
    double images = (double) config.gradientAccumulationSteps() * subject.batchSize();
    TrainingStep done = new TrainingStep(step, loss, learningRate, gradNorm, images / seconds);
    if (processes.rank() == 0) {
      log().step(done);
    }
    if (step % config.checkpointingSteps() == 0) {
      save();
    }
    if (step % config.validationSteps() == 0) {
      sample();
    }
    return done;
  }

  private double accumulateGradients() {
    int batches = config.gradientAccumulationSteps();
    double sum = 0;
    for (int i = 0; i < batches; i++) {
      long batch = step * batches + i;
      try (var scope = new TensorScope();
          var random = new SeededGenerator(draws.of(batch).seed());
          var gradients = new OwnGradients()) {
        Tensor loss = subject.loss(batch, random);
        double value = loss.item_double();
        if (!Double.isFinite(value)) {
          throw new InvalidInputException(
              "The loss of step %d is %s; lower the learning rate%s."
                  .formatted(
                      step + 1, value, savedStep == 0 ? "" : " and resume from step " + savedStep));
        }
        sum += value;
        subject.backward(loss.div(new Scalar((double) batches)));
      }
    }
    return averaged(sum / batches);
  }

  /** Gradients, and the loss with them, over all processes; and whether one is to stop. */
  private double averaged(double loss) {
    boolean wanted = stopWanted;
    if (processes.size() == 1) {
      stopped = wanted;
      return loss;
    }
    try (var scope = new TensorScope()) {
      Tensor shared = Tensors.of(new double[] {loss, wanted ? 1 : 0}, 2);
      Collection<Tensor> tensors = new ArrayList<>();
      subject.parameters().tensors().values().forEach(tensor -> tensors.add(tensor.grad()));
      tensors.removeIf(gradient -> !gradient.defined());
      processes.average(tensors);
      processes.average(List.of(shared));
      double[] agreed = Tensors.doubles(shared);
      stopped = agreed[1] > 0;
      return agreed[0];
    }
  }

  /** Writes a checkpoint of the present step, unless it is written already. */
  public void save() {
    if (processes.rank() == 0 && step > savedStep) {
      Map<String, Map<String, Tensor>> tensors = new LinkedHashMap<>();
      tensors.put(WEIGHTS, subject.parameters().tensors());
      tensors.put(OPTIMIZER, optimizer.state());
      ema.ifPresent(average -> tensors.put(EMA, average.tensors()));
      checkpoints.write(step, new TrainingState(tensors, new JsonMapper().createObjectNode()));
      savedStep = step;
    }
  }

  private TrainingLog log() {
    if (log.isEmpty()) {
      log = Optional.of(new TrainingLog(outputDir, step - 1));
    }
    return log.get();
  }

  private void sample() {
    if (processes.rank() != 0) {
      return;
    }
    List<Sample> samples = new ArrayList<>();
    published(() -> samples.addAll(subject.samples()));
    if (!samples.isEmpty()) {
      log().samples(step, samples);
    }
  }

  /** Publishes what was learnt, once all steps are done or whoever iterates has had enough. */
  public void finish() {
    if (processes.rank() == 0) {
      published(() -> subject.write(outputDir));
    }
  }

  /** While the weights are those that are published, and nothing is learnt. */
  private void published(Runnable work) {
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      if (ema.isEmpty()) {
        work.run();
        return;
      }
      ema.get()
          .inPlace(
              () -> {
                subject.parametersChanged();
                work.run();
              });
      subject.parametersChanged();
    }
  }

  @Override
  public void close() {
    log.ifPresent(TrainingLog::close);
    ema.ifPresent(Ema::close);
    optimizer.close();
    subject.close();
  }
}
