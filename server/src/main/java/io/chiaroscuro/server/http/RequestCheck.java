package io.chiaroscuro.server.http;

import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.server.job.SweepRequest;
import io.chiaroscuro.server.json.DataUrl;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.light.LightSettings;
import io.chiaroscuro.server.light.StatisticsShelf;
import io.chiaroscuro.server.model.ModelCatalog;
import io.chiaroscuro.server.model.ModelFacts;
import io.chiaroscuro.server.upload.Uploads;
import java.security.SecureRandom;

/**
 * Refuses at once what cannot become pictures, whichever door it came through, and settles what was
 * left open and would be different later: the model, and a seed by chance.
 */
public final class RequestCheck {

  /** As large as people still type. */
  private static final int SEEDS = Integer.MAX_VALUE;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final ModelCatalog catalog;
  private final StatisticsShelf shelf;
  private final Uploads uploads;
  private final Limits limits;

  public RequestCheck(ModelCatalog catalog, StatisticsShelf shelf, Uploads uploads, Limits limits) {
    this.catalog = catalog;
    this.shelf = shelf;
    this.uploads = uploads;
    this.limits = limits;
  }

  /**
   * @return the request with model and seed
   * @throws RefusedException naming the field that cannot be used
   */
  public ImageRequest checked(ImageRequest request) {
    request.requireWithin(limits);
    ModelFacts model = catalog.facts(request.model());
    model.requireFits(request);
    checkLight(request.light());
    if (request.image() != null) {
      uploads.size(DataUrl.bytes(request.image(), "image"), "image");
    }
    if (request.mask() != null) {
      uploads.size(DataUrl.bytes(request.mask(), "mask"), "mask");
    }
    ImageRequest named = request.withModel(model.name());
    return request.seed() == null ? named.withSeed(RANDOM.nextInt(SEEDS)) : named;
  }

  /** As of a picture. */
  public SweepRequest checked(SweepRequest request) {
    request.requireWithin(limits);
    SweepRequest checked =
        new SweepRequest(checked(request.image()), request.channels(), request.constants());
    ModelFacts model = catalog.facts(checked.model());
    checked.lights().forEach(light -> model.requireFits(checked.image().withLight(light)));
    return checked;
  }

  /**
   * @throws RefusedException if statistics are named that are not there
   */
  public void checkLight(LightSettings light) {
    if (light.statistics() != null) {
      shelf.find(light.statistics(), "light.statistics");
    }
  }
}
