package io.chiaroscuro.server.job;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;

/**
 * A job as it stands at one moment.
 *
 * @param id sorts by the time it was submitted
 * @param request what it is to do
 * @param state where it is
 * @param position in the queue from 1; 0 when it has left it
 * @param step how many steps are done
 * @param total of how many; 0 while that is not known
 * @param created when it was submitted
 * @param started null before
 * @param finished null before
 * @param results what came of it: the ids of pictures, or the name of statistics
 * @param error the sentence why it failed; null unless it did
 */
public record Job(
    String id,
    JobRequest request,
    JobState state,
    int position,
    int step,
    int total,
    Instant created,
    Instant started,
    Instant finished,
    List<String> results,
    String error) {

  private static final SecureRandom RANDOM = new SecureRandom();

  public Job {
    results = List.copyOf(results);
  }

  /** One that was just submitted. */
  static Job of(JobRequest request) {
    String id = "%011x%08x".formatted(System.currentTimeMillis(), RANDOM.nextInt());
    return new Job(id, request, JobState.QUEUED, 0, 0, 0, now(), null, null, List.of(), null);
  }

  Job at(int position) {
    return new Job(
        id, request, state, position, step, total, created, started, finished, results, error);
  }

  Job begun() {
    return new Job(
        id, request, JobState.RUNNING, 0, 0, 0, created, now(), finished, results, error);
  }

  Job after(int step, int total) {
    return new Job(
        id, request, state, position, step, total, created, started, finished, results, error);
  }

  Job done(List<String> results) {
    return ended(JobState.DONE, results, null);
  }

  /** Ended without results, for a reason. */
  public Job failed(String error) {
    return ended(JobState.FAILED, results, error);
  }

  Job cancelled() {
    return ended(JobState.CANCELLED, results, null);
  }

  private Job ended(JobState state, List<String> results, String error) {
    return new Job(
        id,
        request.withoutPictures(),
        state,
        0,
        step,
        total,
        created,
        started,
        now(),
        results,
        error);
  }

  /** To the millisecond, as it is stored. */
  private static Instant now() {
    return Instant.ofEpochMilli(System.currentTimeMillis());
  }
}
