package io.chiaroscuro.server.api;

import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobRequest;
import io.chiaroscuro.server.job.JobState;
import io.chiaroscuro.server.job.StatisticsBuild;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** A job, as clients see it; without the pictures that came with it. */
record JobView(
    String id,
    String kind,
    JobState state,
    int position,
    int step,
    int total,
    String created,
    String started,
    String finished,
    List<String> pictures,
    String statistics,
    String error,
    JobRequest request) {

  static JobView of(Job job) {
    boolean ofStatistics = job.request() instanceof StatisticsBuild;
    return new JobView(
        job.id(),
        job.request().kind().name().toLowerCase(Locale.ROOT),
        job.state(),
        job.position(),
        job.step(),
        job.total(),
        text(job.created()),
        text(job.started()),
        text(job.finished()),
        ofStatistics ? List.of() : job.results(),
        ofStatistics && job.state() == JobState.DONE ? job.results().get(0) : null,
        job.error(),
        job.request().withoutPictures());
  }

  private static String text(Instant instant) {
    return instant == null ? null : instant.toString();
  }
}
