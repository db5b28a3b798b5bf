package io.chiaroscuro.server.job;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.leak.StatisticType;
import io.chiaroscuro.server.json.RefusedException;

/**
 * Statistics to be built from pictures that were uploaded; what is null is as the model has it.
 *
 * @param name that they will have
 * @param upload which pictures, as the server keeps them
 * @param pictures how many
 * @param model whose autoencoder encodes them
 * @param resolution the side of the square that they are cropped to
 * @param nComponents low frequencies that {@code dct+pixel} models jointly
 * @param statisticType {@code pixel} or {@code dct+pixel}
 * @param centerCrop whether they are cropped to the middle, or anywhere at random
 */
public record StatisticsBuild(
    String name,
    String upload,
    int pictures,
    String model,
    Integer resolution,
    Integer nComponents,
    String statisticType,
    Boolean centerCrop)
    implements JobRequest {

  public StatisticsBuild {
    nComponents = nComponents == null ? 3 : nComponents;
    statisticType = statisticType == null ? StatisticType.DCT_PIXEL.toString() : statisticType;
    centerCrop = centerCrop == null || centerCrop;
    try {
      StatisticType.parse(statisticType);
    } catch (InvalidInputException e) {
      throw new RefusedException("statistic_type", e.getMessage());
    }
    if (nComponents < 1 || nComponents > 4096) {
      throw new RefusedException(
          "n_components", "n_components is %d; give 1 to 4096.".formatted(nComponents));
    }
  }

  @Override
  public void requireWithin(Limits limits) {
    if (resolution != null && (resolution < 8 || resolution > limits.maxSide())) {
      throw new RefusedException(
          "resolution",
          "The resolution is %d; give 8 to %d.".formatted(resolution, limits.maxSide()));
    }
    if (pictures < 2 || pictures > limits.maxUploads()) {
      throw new RefusedException(
          "images",
          "Statistics are of 2 to %d pictures, not %d.".formatted(limits.maxUploads(), pictures));
    }
  }

  @Override
  public StatisticsBuild withoutPictures() {
    return this;
  }
}
