package io.chiaroscuro.vae;

import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A network applied to overlapping tiles, so that a picture of any size needs the memory of a few
 * tiles: diffusers' {@code tiled_encode} and {@code tiled_decode}. A tile overlaps its upper and
 * left neighbours by a quarter, where it fades in linearly over them. Since norms and attention see
 * a tile at a time, the result is near the whole network's, but not the same.
 *
 * @param network scales heights and widths by {@code tileOut / tileIn}
 * @param tileIn side of a tile at its input, a multiple of four; what is smaller is not split
 * @param tileOut side of a whole tile at its output, likewise
 */
record Tiled(Layer network, int tileIn, int tileOut) implements Layer {

  /** The share of a tile that overlaps, one in this many. */
  static final int OVERLAP = 4;

  Tiled {
    if (tileIn < 1 || tileOut < 1 || tileIn % OVERLAP != 0 || tileOut % OVERLAP != 0) {
      throw new IllegalArgumentException(
          "Tiles of %d and %d do not overlap by whole elements.".formatted(tileIn, tileOut));
    }
  }

  @Override
  public Tensor forward(Tensor x) {
    if (x.size(2) <= tileIn && x.size(3) <= tileIn) {
      return network.forward(x);
    }
    try (var scope = new TensorScope()) {
      TensorVector rows = new TensorVector();
      List<Tensor> above = List.of();
      for (long top = 0; top < x.size(2); top += tileIn - tileIn / OVERLAP) {
        List<Tensor> row = row(section(x, 2, top, tileIn), above);
        above.forEach(Tensor::close);
        rows.push_back(joined(row));
        above = row;
      }
      return scope.keep(torch.cat(rows, 2));
    }
  }

  /** The tiles of a strip of the input, faded in over those above and over each other. */
  private List<Tensor> row(Tensor strip, List<Tensor> above) {
    List<Tensor> row = new ArrayList<>();
    for (long left = 0; left < strip.size(3); left += tileIn - tileIn / OVERLAP) {
      Tensor tile = network.forward(section(strip, 3, left, tileIn));
      int index = row.size();
      if (!above.isEmpty()) {
        fadeIn(tile, above.get(index), 2);
      }
      if (index > 0) {
        fadeIn(tile, row.get(index - 1), 3);
      }
      row.add(tile);
    }
    return row;
  }

  /** Crops what the next tiles fade in over, and puts a row together. */
  private Tensor joined(List<Tensor> row) {
    int visible = tileOut - tileOut / OVERLAP;
    try (var scope = new TensorScope()) {
      TensorVector crops = new TensorVector();
      for (Tensor tile : row) {
        crops.push_back(section(section(tile, 2, 0, visible), 3, 0, visible));
      }
      return scope.keep(torch.cat(crops, 3));
    }
  }

  /** Replaces the first elements of {@code tile} along {@code axis} by the crossing over. */
  private void fadeIn(Tensor tile, Tensor before, int axis) {
    long extent = Math.min(tileOut / OVERLAP, Math.min(tile.size(axis), before.size(axis)));
    try (var scope = new TensorScope()) {
      Tensor weight = ramp(extent, axis, tile, false);
      Tensor rest = ramp(extent, axis, tile, true);
      Tensor from = before.narrow(axis, before.size(axis) - extent, extent);
      Tensor to = tile.narrow(axis, 0, extent);
      to.copy_(from.mul(rest).add(to.mul(weight)));
    }
  }

  /** 0 to almost 1 along an axis, or 1 to almost 0, in the type and on the device of a tensor. */
  private static Tensor ramp(long extent, int axis, Tensor like, boolean falling) {
    double[] values = new double[(int) extent];
    for (int i = 0; i < extent; i++) {
      double weight = (double) i / extent;
      values[i] = falling ? 1 - weight : weight;
    }
    long[] shape = {1, 1, 1, 1};
    shape[axis] = extent;
    return Tensors.of(values, shape).to(like.device(), like.scalar_type());
  }

  /** At most {@code length} elements of an axis from {@code start} on. */
  private static Tensor section(Tensor x, int axis, long start, long length) {
    return x.narrow(axis, start, Math.min(length, x.size(axis) - start));
  }
}
