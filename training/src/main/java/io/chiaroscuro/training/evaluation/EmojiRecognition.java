package io.chiaroscuro.training.evaluation;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.openmoji.Background;
import io.chiaroscuro.training.openmoji.DrawnEmoji;
import io.chiaroscuro.training.openmoji.Emoji;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Tells which emoji a picture shows, whatever its background: a picture's latents are compared with
 * every emoji's in the model's own autoencoder, the background set aside.
 *
 * <p>Colours and gradients of the background are few numbers on which latents depend nearly
 * linearly. So each emoji is encoded before eight backgrounds that span them, and its latents
 * before any other lie close to the flat through these: one of them, {@code o}, and an orthonormal
 * basis {@code Q} of the differences to it. A picture's distance to the emoji is that of its
 * latents {@code z} to the flat, {@code |r|^2 - |Q^T r|^2} with {@code r = z - o}: the least over
 * all backgrounds, in closed form, which is what makes some hundred pictures by some hundred emoji
 * a matter of seconds. The whole picture counts, so that a drawing that leaves out a part of the
 * emoji, or adds one where the emoji is transparent, is further away.
 */
public final class EmojiRecognition implements AutoCloseable {

  /** Black and the ends of each colour's range, grey since latents bend, and both gradients. */
  private static final List<Background> BACKGROUNDS =
      List.of(
          Background.BLACK,
          Background.WHITE,
          Background.plain(0x808080),
          Background.plain(0xff0000),
          Background.plain(0x00ff00),
          Background.plain(0x0000ff),
          new Background(0x000000, 0xffffff, 0),
          new Background(0x000000, 0xffffff, 90));

  private final List<Emoji> emoji;
  private final List<Flat> flats;

  /** An emoji's latents before all backgrounds; the origin is (1, C h w), the basis (C h w, K). */
  private record Flat(Tensor origin, Tensor basis) {

    /**
     * @param latents (B, C h w)
     * @return the squared distances, (B)
     */
    Tensor squaredDistances(Tensor latents) {
      try (var scope = new TensorScope()) {
        Tensor rest = latents.sub(origin);
        return scope.keep(rest.square().sum(1).sub(rest.matmul(basis).square().sum(1)));
      }
    }
  }

  /**
   * Encodes every emoji.
   *
   * @param encoder of the model; stays the caller's
   * @param encoded called after each emoji
   */
  public EmojiRecognition(List<DrawnEmoji> emoji, LatentEncoder encoder, Runnable encoded) {
    this.emoji = emoji.stream().map(DrawnEmoji::emoji).toList();
    this.flats = new ArrayList<>();
    for (DrawnEmoji one : emoji) {
      flats.add(flat(one, encoder));
      encoded.run();
    }
  }

  private static Flat flat(DrawnEmoji emoji, LatentEncoder encoder) {
    List<RgbImage> pictures =
        BACKGROUNDS.stream().map(background -> emoji.picture().over(background)).toList();
    try (var scope = new TensorScope()) {
      Tensor latents = encoder.encode(pictures).flatten(1, -1);
      Tensor origin = latents.narrow(0, 0, 1).clone();
      Tensor differences = latents.narrow(0, 1, BACKGROUNDS.size() - 1).sub(origin);
      // A copy, since what the pair holds dies with it.
      Tensor basis = torch.linalg_qr(differences.t()).get0().clone();
      return new Flat(scope.own(origin), scope.own(basis));
    }
  }

  /** What is told apart. */
  public List<Emoji> emoji() {
    return emoji;
  }

  /**
   * For each picture the emoji that it may show, the likeliest first.
   *
   * @param latents (B, C, h, w) float32 on the CPU, as diffusion makes them
   */
  public List<List<Emoji>> rank(Tensor latents) {
    int batch = Math.toIntExact(latents.size(0));
    double[] distances;
    try (var scope = new TensorScope()) {
      Tensor flattened = latents.flatten(1, -1);
      TensorVector columns = new TensorVector();
      flats.forEach(flat -> columns.push_back(flat.squaredDistances(flattened)));
      distances = Tensors.doubles(torch.stack(columns, 1));
    }
    return IntStream.range(0, batch).mapToObj(picture -> ranked(distances, picture)).toList();
  }

  private List<Emoji> ranked(double[] distances, int picture) {
    int first = picture * emoji.size();
    return IntStream.range(0, emoji.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> distances[first + i]))
        .map(emoji::get)
        .toList();
  }

  @Override
  public void close() {
    for (Flat flat : flats) {
      flat.origin().close();
      flat.basis().close();
    }
  }
}
