package io.chiaroscuro.training.subject;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.WeightSource;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Where training from scratch begins. Each tensor is drawn from a generator of its own, seeded with
 * {@code crc32("SEED/NAME")}, so that neither order nor selection matters.
 *
 * <ul>
 *   <li>Matrices and kernels: uniform within {@code +-1 / sqrt(fan in)}, PyTorch's default.
 *   <li>The last map of every residual branch: zero, so that the networks begin as identities (<a
 *       href="https://arxiv.org/abs/2105.05233">Dhariwal and Nichol 2021</a>).
 *   <li>Embeddings: normal with deviation 0.02, as CLIP's.
 *   <li>Norms: weight one, bias zero; all other biases zero.
 * </ul>
 */
public final class InitialWeights implements WeightSource {

  /** Names of the maps that end a residual branch, and of the UNet's last convolution. */
  private static final List<String> BRANCH_ENDS =
      List.of("conv2.weight", "to_out.0.weight", "net.2.weight", "proj_out.weight");

  private final long seed;

  public InitialWeights(long seed) {
    this.seed = seed;
  }

  /** A checkpoint whose {@code networks} begin here, whether it has weights for them or not. */
  public static Checkpoint of(Checkpoint checkpoint, Set<Component> networks, long seed) {
    Checkpoint begun = checkpoint;
    for (Component network : networks) {
      begun = begun.withWeights(network, new InitialWeights(seed));
    }
    return begun;
  }

  /** Always: whatever is asked for is drawn. */
  @Override
  public boolean has(String name) {
    return true;
  }

  @Override
  public Tensor read(String name, long... shape) {
    var options = new TensorOptions(DType.FLOAT32.torch());
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(generatorSeed(name))) {
      if (shape.length < 2) {
        boolean gain = name.endsWith("weight");
        return scope.keep(gain ? torch.ones(shape, options) : torch.zeros(shape, options));
      }
      if (BRANCH_ENDS.stream().anyMatch(name::endsWith)) {
        return scope.keep(torch.zeros(shape, options));
      }
      if (name.contains("embedding.weight")) {
        return scope.keep(generator.randn(shape).mul(new Scalar(0.02)));
      }
      double bound = 1 / Math.sqrt(fanIn(shape));
      Tensor uniform = generator.rand(shape).mul(new Scalar(2 * bound)).sub(new Scalar(bound));
      return scope.keep(
          shape.length == 4 ? uniform.contiguous(torch.MemoryFormat.ChannelsLast) : uniform);
    }
  }

  private static double fanIn(long[] shape) {
    double fanIn = 1;
    for (int axis = 1; axis < shape.length; axis++) {
      fanIn *= shape[axis];
    }
    return fanIn;
  }

  private long generatorSeed(String name) {
    var crc = new CRC32();
    crc.update((seed + "/" + name).getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }

  @Override
  public List<String> unread(String prefix) {
    return List.of();
  }

  @Override
  public String description() {
    return "initial weights of seed " + seed;
  }

  @Override
  public void close() {}
}
