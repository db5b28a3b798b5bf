package io.chiaroscuro.benchmarks;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.tensor.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * Our side of a comparison: obeys one command a line on standard input and answers each with one
 * line, so that {@code benchmarks/run} can let it and {@code diffusers_worker.py} work in turns,
 * the other idle. {@code benchmarks/README.md} lists the commands.
 */
public final class Worker {

  private Worker() {}

  /**
   * @param args the checkpoint's folder, a dtype, the number of threads
   */
  public static void main(String[] args) throws IOException {
    var checkpoint = Checkpoint.open(Path.of(args[0]));
    torch.set_num_threads(Integer.parseInt(args[2]));
    try (var jobs = new Jobs(checkpoint, DType.parseCompute(args[1]));
        var commands =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        System.out.println(answer(jobs, line.split(" ", 5)));
      }
    }
  }

  private static String answer(Jobs jobs, String[] words) throws IOException {
    return switch (words[0]) {
      case "versions" -> versions();
      case "rate" -> jobs.rate();
      case "tflop" -> jobs.tflop(words[1], number(words[2]), number(words[3]));
      case "load" -> jobs.load().toString();
      case "text" -> jobs.text().toString();
      case "unet" -> jobs.unet(number(words[1]), number(words[2])).toString();
      case "train" -> jobs.train(number(words[1]), number(words[2])).toString();
      case "train-lora" -> jobs.trainLora(number(words[1]), number(words[2])).toString();
      case "encode" -> jobs.encode(number(words[1]), number(words[2])).toString();
      case "decode" -> jobs.decode(number(words[1]), number(words[2])).toString();
      case "stats" ->
          jobs.stats(number(words[1]), number(words[2]), number(words[3]), Path.of(words[4]))
              .toString();
      case "generate" -> jobs.generate(number(words[1]), number(words[2])).toString();
      case "step" -> jobs.step().toString();
      default -> throw new IllegalArgumentException("Unknown command '" + words[0] + "'.");
    };
  }

  private static int number(String word) {
    return Integer.parseInt(word);
  }

  private static String versions() throws IOException {
    return "Java %s, JavaCPP's libtorch %s"
        .formatted(Runtime.version().feature(), Loader.getVersion("org.bytedeco", "pytorch"));
  }
}
