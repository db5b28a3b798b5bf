package io.chiaroscuro.server.job;

import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;

/** What a job is to do. */
public sealed interface JobRequest permits ImageRequest, SweepRequest, StatisticsBuild {

  /** The kinds of jobs, by the name that they are stored under. */
  enum Kind {
    IMAGE(ImageRequest.class),
    SWEEP(SweepRequest.class),
    STATISTICS(StatisticsBuild.class);

    private final Class<? extends JobRequest> type;

    Kind(Class<? extends JobRequest> type) {
      this.type = type;
    }

    /** Reads what {@link Json#write} wrote of such a request. */
    public JobRequest read(String json) {
      return Json.read(json, type);
    }
  }

  /** What of it is told apart by. */
  default Kind kind() {
    return this instanceof ImageRequest
        ? Kind.IMAGE
        : this instanceof SweepRequest ? Kind.SWEEP : Kind.STATISTICS;
  }

  /** The name of the model that it needs; null for the default one. */
  String model();

  /**
   * @throws RefusedException if it asks for more than {@code limits} allow
   */
  void requireWithin(Limits limits);

  /** How much of the memory the pictures take that came with it, as text. */
  default long characters() {
    return 0;
  }

  /** The same as it is kept once it is done: without the pictures that came with it. */
  JobRequest withoutPictures();
}
