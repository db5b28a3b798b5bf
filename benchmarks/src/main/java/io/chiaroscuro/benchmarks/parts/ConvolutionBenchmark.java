package io.chiaroscuro.benchmarks.parts;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A 3 x 3 convolution in bfloat16, as networks compute it and as libtorch does. */
@State(Scope.Benchmark)
public class ConvolutionBenchmark {

  private static final long[] ONE = {1, 1};

  /** Pictures, channels coming in, going out, pixels a side. */
  @Param({
    "1 128 128 512",
    "1 256 256 256",
    "1 512 512 128",
    "1 512 512 64",
    "2 320 320 64",
    "2 1920 640 32",
    "2 2560 1280 16"
  })
  public String shape;

  private Weights weights;
  private Conv2d layer;
  private Tensor x;

  /** Seeded weights and pictures, channels innermost, as networks hand them on. */
  @Setup
  public void create() {
    long[] sizes = Stream.of(shape.split(" ")).mapToLong(Long::parseLong).toArray();
    weights = Weights.seeded(0, DType.BFLOAT16, Device.CPU);
    layer = new Conv2d(weights.at("layer"), sizes[1], sizes[2], 3);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      x =
          scope.own(
              generator
                  .randn(sizes[0], sizes[1], sizes[3], sizes[3])
                  .to(DType.BFLOAT16.torch())
                  .contiguous(torch.MemoryFormat.ChannelsLast));
    }
  }

  @TearDown
  public void close() {
    x.close();
    weights.close();
  }

  @Benchmark
  public void ours() {
    try (var scope = new TensorScope()) {
      layer.forward(x);
    }
  }

  @Benchmark
  public void libtorchs() {
    try (var scope = new TensorScope()) {
      Tensor kernel = weights.tensors().get("layer.weight");
      Tensor bias = weights.tensors().get("layer.bias");
      torch.conv2d(x, kernel, new TensorOptional(bias), ONE, ONE, ONE, 1);
    }
  }
}
