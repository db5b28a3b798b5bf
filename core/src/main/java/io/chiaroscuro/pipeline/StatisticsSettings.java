package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.leak.StatisticType;
import io.chiaroscuro.tensor.DType;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Which statistics are computed of pictures, whichever these are.
 *
 * @param preparation how each becomes a picture of one size
 * @param statisticType what is modelled
 * @param nComponents how many low frequencies {@code dct+pixel} models jointly
 * @param batchSize pictures encoded together, at least 1
 */
public record StatisticsSettings(
    ImagePreparation preparation, StatisticType statisticType, int nComponents, int batchSize)
    implements Serializable {

  public StatisticsSettings {
    if (batchSize < 1) {
      throw new InvalidInputException("The batch size is %d; give 1 or more.".formatted(batchSize));
    }
  }

  /**
   * Of no latents yet; belongs to the caller.
   *
   * @throws InvalidInputException if there are not so many low frequencies
   */
  public LeakAccumulator accumulator(LatentShape shape) {
    return statisticType == StatisticType.PIXEL
        ? LeakAccumulator.pixel(shape)
        : LeakAccumulator.dctPixel(shape, nComponents);
  }

  /**
   * What is written with the statistics, by name, so that they can be made again.
   *
   * @param model the checkpoint's name
   * @param modelHash what tells the checkpoint from others
   * @param dtype what its autoencoder computes in
   */
  public Map<String, String> provenance(String model, String modelHash, DType dtype) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("software", "chiaroscuro");
    facts.put("model", model);
    facts.put("model_hash", modelHash);
    facts.put("dtype", dtype.toString());
    facts.put("statistic_type", statisticType.toString());
    if (statisticType == StatisticType.DCT_PIXEL) {
      facts.put("n_components", String.valueOf(nComponents));
    }
    facts.put("resolution", preparation.width() + "x" + preparation.height());
    facts.put("crop", preparation.cropping().name().toLowerCase(Locale.ROOT));
    facts.put("flip", preparation.mirroring().name().toLowerCase(Locale.ROOT));
    facts.put("orientation", preparation.orientation().name().toLowerCase(Locale.ROOT));
    facts.put("seed", String.valueOf(preparation.seed()));
    return facts;
  }
}
