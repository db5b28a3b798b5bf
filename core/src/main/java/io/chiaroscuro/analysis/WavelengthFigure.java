package io.chiaroscuro.analysis;

import io.chiaroscuro.analysis.NoiseByWavelength.Band;
import io.chiaroscuro.analysis.NoiseByWavelength.Level;
import io.chiaroscuro.image.ContactSheet;
import io.chiaroscuro.image.ContactSheet.Cell;
import io.chiaroscuro.image.ContactSheet.Row;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The article's figure: an image noised more and more from left to right, split into its waves, the
 * longest above. Each band is divided by {@code sqrt(abar_t)}, so the image is equally strong
 * everywhere and what differs is the noise upon it; grey is 0.
 */
public final class WavelengthFigure {

  private static final int CELL = 384;
  private static final double LATENT_RANGE = 3;

  private final Tensor image;
  private final Tensor noise;
  private final NoiseByWavelength analysis;

  private WavelengthFigure(Tensor image, Tensor noise, NoiseByWavelength analysis) {
    this.image = image;
    this.noise = noise;
    this.analysis = analysis;
  }

  /**
   * @param image (1, C, h, w): pixels in [-1, 1] where C is 3, else latents, whose channels are
   *     shown beside each other, in grey
   * @param noise unit normal, of the same shape; the same at every timestep
   * @param analysis of that image; the signal-to-noise ratios stand below the pictures
   */
  public static RgbImage draw(
      String title, Tensor image, Tensor noise, NoiseByWavelength analysis) {
    try (var scope = new TensorScope()) {
      return new WavelengthFigure(image, noise, analysis).sheet(title).draw();
    }
  }

  private ContactSheet sheet(String title) {
    List<Row> rows = new ArrayList<>();
    rows.add(row("noised", level -> new Cell(picture(noised(level)), rates(level))));
    Spectrum spectrum = Spectrum.of(image);
    for (Band band : analysis.bands()) {
      rows.add(
          row(
              band.band().toString(),
              level ->
                  new Cell(
                      picture(
                          spectrum
                              .part(noised(level), band.band())
                              .div(new Scalar(divisor(level)))),
                      "SNR " + number(analysis.signalToNoise(band, level)))));
    }
    return new ContactSheet(title, analysis.levels().stream().map(Level::toString).toList(), rows);
  }

  private Row row(String label, Function<Level, Cell> cell) {
    return new Row(label, analysis.levels().stream().map(cell).toList());
  }

  private Tensor noised(Level level) {
    return image
        .mul(new Scalar(level.signalRate()))
        .add(noise.mul(new Scalar(Math.sqrt(1 - level.alphaCumprod()))));
  }

  private static String rates(Level level) {
    return String.format(Locale.ROOT, "%.1f %% image", 100 * level.signalRate());
  }

  /**
   * What holds no image has no {@code sqrt(abar_t)}; shown as the noisiest that does, it can be
   * compared with that.
   */
  private double divisor(Level level) {
    return level.alphaCumprod() > 0
        ? level.signalRate()
        : analysis.levels().stream()
            .mapToDouble(Level::signalRate)
            .filter(rate -> rate > 0)
            .min()
            .orElse(1);
  }

  private static String number(double value) {
    return value == 0 || value >= 0.01 && value < 1000
        ? String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value)
        : String.format(Locale.ROOT, "%.1e", value);
  }

  private static RgbImage picture(Tensor part) {
    if (part.size(1) == 3) {
      return RgbImage.fromTensor(resampled(part, CELL)).get(0);
    }
    Tensor grey = beside(resampled(part, CELL / 2).div(new Scalar(LATENT_RANGE)));
    return RgbImage.fromTensor(grey.expand(1, 3, grey.size(2), grey.size(3))).get(0);
  }

  /** By the nearest pixel: averaging would quieten the noise that is to be seen. */
  private static Tensor resampled(Tensor part, int longerSide) {
    double scale = (double) longerSide / Math.max(part.size(2), part.size(3));
    return part.index_select(2, nearest(part.size(2), scale))
        .index_select(3, nearest(part.size(3), scale));
  }

  private static Tensor nearest(long side, double scale) {
    long[] places = new long[(int) Math.max(1, Math.round(side * scale))];
    for (int i = 0; i < places.length; i++) {
      places[i] = Math.min(side - 1, (long) ((i + 0.5) / scale));
    }
    return Tensors.of(places, places.length);
  }

  /** (1, C, h, w) to (1, 1, H, W): two channels a row; where their number is odd, grey is added. */
  private static Tensor beside(Tensor channels) {
    long count = channels.size(1);
    Tensor even =
        count % 2 == 0
            ? channels
            : torch.cat(new TensorVector(channels, channels.narrow(1, 0, 1).mul(new Scalar(0))), 1);
    long rows = even.size(1) / 2;
    return even.reshape(1, rows, 2, even.size(2), even.size(3))
        .permute(0, 1, 3, 2, 4)
        .reshape(1, 1, rows * even.size(2), 2 * even.size(3));
  }
}
