package io.chiaroscuro.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.training.process.ProcessGroup;
import io.chiaroscuro.training.run.TrainingConfig;
import io.chiaroscuro.training.run.TrainingRun;
import io.chiaroscuro.training.run.TrainingStep;
import io.chiaroscuro.training.run.TrainingSubject;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/** A run of training as the command line shows it: the bar, Ctrl-C, and what is said in the end. */
final class TrainingSession {

  /** As a shell counts an end by Ctrl-C. */
  private static final int INTERRUPTED = 130;

  private final CheckpointingOptions checkpointing;
  private final ProcessGroup processes;
  private final JsonOption json;
  private final PrintWriter out;
  private final PrintWriter err;

  TrainingSession(
      CheckpointingOptions checkpointing,
      ProcessGroup processes,
      JsonOption json,
      CommandLine command) {
    this.checkpointing = checkpointing;
    this.processes = processes;
    this.json = json;
    this.out = command.getOut();
    this.err = processes.rank() == 0 ? command.getErr() : new PrintWriter(Writer.nullWriter());
  }

  /**
   * Trains to the end, or until somebody presses Ctrl-C.
   *
   * @param subject closed in the end
   * @return the exit code
   */
  int train(TrainingSubject subject, TrainingConfig config, ObjectNode settings) {
    settings.setAll(config.settings());
    try (TrainingRun run = open(subject, config, settings)) {
      double loss = Double.NaN;
      try (var progress = Progress.resume("Training", run.step(), config.maxTrainSteps(), err);
          var interruption =
              new Interruption(
                  () -> {
                    progress.say("Stopping after this step.");
                    run.stop();
                  })) {
        while (run.hasNext()) {
          TrainingStep step = run.next();
          loss = step.loss();
          progress.step(1, note(step));
        }
        if (!run.isComplete()) {
          run.save();
          progress.say(
              "Stopped after step %d of %d, which is saved; give the same command with --resume to continue."
                  .formatted(run.step(), config.maxTrainSteps()));
          return INTERRUPTED;
        }
      }
      run.finish();
      if (processes.rank() == 0) {
        report(run.step(), loss);
      }
      return 0;
    }
  }

  private TrainingRun open(TrainingSubject subject, TrainingConfig config, ObjectNode settings) {
    var folder = checkpointing.outputDir();
    try {
      if (checkpointing.isFresh()) {
        return TrainingRun.start(subject, config, settings, folder, processes);
      }
      var chosen = checkpointing.chosen();
      return chosen.isPresent()
          ? TrainingRun.resumeAt(chosen.get(), subject, config, settings, folder, processes)
          : TrainingRun.resume(subject, config, settings, folder, processes, err::println);
    } catch (RuntimeException e) {
      subject.close();
      throw e;
    }
  }

  private static String note(TrainingStep step) {
    return String.format(
        Locale.ROOT,
        "loss %.4f, lr %.2g, %.2f images/s",
        step.loss(),
        step.learningRate(),
        step.imagesPerSecond());
  }

  private void report(long steps, double loss) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("output_dir", checkpointing.outputDir().toString());
    result.put("steps", steps);
    result.put("loss", Double.isNaN(loss) ? null : loss);
    json.print(
        out,
        result,
        Double.isNaN(loss)
            ? "%s  %d steps, all done before".formatted(checkpointing.outputDir(), steps)
            : String.format(
                Locale.ROOT,
                "%s  %d steps, last loss %.4f",
                checkpointing.outputDir(),
                steps,
                loss));
  }
}
