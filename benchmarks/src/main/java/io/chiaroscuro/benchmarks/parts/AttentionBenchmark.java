package io.chiaroscuro.benchmarks.parts;

import io.chiaroscuro.nn.Attention;
import io.chiaroscuro.nn.OwnGradients;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Self-attention in bfloat16: alone, and with its gradients, ours and libtorch's. */
@State(Scope.Benchmark)
public class AttentionBenchmark {

  /** Pictures, tokens, heads, features of a head. */
  @Param({"2 4096 8 40", "2 1024 8 80", "1 4096 1 512"})
  public String shape;

  private int heads;
  private Tensor x;

  @Setup
  public void create() {
    long[] sizes = Stream.of(shape.split(" ")).mapToLong(Long::parseLong).toArray();
    heads = (int) sizes[2];
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      x =
          scope.own(
              generator.randn(sizes[0], sizes[1], heads * sizes[3]).to(DType.BFLOAT16.torch()));
    }
  }

  @TearDown
  public void close() {
    x.close();
  }

  @Benchmark
  public void forward() {
    try (var scope = new TensorScope()) {
      Attention.attend(x, x, x, heads);
    }
  }

  @Benchmark
  public void forwardAndBackward() {
    try (var scope = new TensorScope();
        var gradients = new OwnGradients()) {
      gradients();
    }
  }

  @Benchmark
  public void forwardAndBackwardByLibtorch() {
    try (var scope = new TensorScope()) {
      gradients();
    }
  }

  private void gradients() {
    Tensor query = x.detach().requires_grad_(true);
    Attention.attend(query, query, query, heads).sum().backward();
  }
}
