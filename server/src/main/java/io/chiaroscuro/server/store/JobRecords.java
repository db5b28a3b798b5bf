package io.chiaroscuro.server.store;

import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobJournal;
import io.chiaroscuro.server.job.JobRequest;
import io.chiaroscuro.server.job.JobState;
import io.chiaroscuro.server.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;

/** Jobs in the database. */
public final class JobRecords implements JobJournal {

  private static final String INTERRUPTED = "The server was stopped while this ran; ask again.";

  private final Database database;

  public JobRecords(Database database) {
    this.database = database;
  }

  @Override
  public void write(Job job) {
    database.with(
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO jobs (id, kind, request, state, step, total, created, started,
                        finished, results, error)
                    VALUES (:id, :kind, :request, :state, :step, :total, :created, :started,
                        :finished, :results, :error)
                    ON CONFLICT (id) DO UPDATE SET request = excluded.request,
                        state = excluded.state, step = excluded.step, total = excluded.total,
                        started = excluded.started, finished = excluded.finished,
                        results = excluded.results, error = excluded.error
                    """)
                .bind("id", job.id())
                .bind("kind", job.request().kind().name())
                .bind("request", Json.write(job.request()))
                .bind("state", job.state().name())
                .bind("step", job.step())
                .bind("total", job.total())
                .bind("created", job.created().toEpochMilli())
                .bind("started", millis(job.started()))
                .bind("finished", millis(job.finished()))
                .bind("results", Json.write(job.results()))
                .bind("error", job.error())
                .execute());
  }

  @Override
  public Optional<Job> find(String id) {
    return database.with(
        handle ->
            handle
                .createQuery("SELECT * FROM jobs WHERE id = :id")
                .bind("id", id)
                .map(JobRecords::job)
                .findOne());
  }

  /** The latest jobs, the newest first. */
  public List<Job> latest(int limit) {
    return database.with(
        handle ->
            handle
                .createQuery("SELECT * FROM jobs ORDER BY id DESC LIMIT :limit")
                .bind("limit", limit)
                .map(JobRecords::job)
                .list());
  }

  /**
   * What an earlier run of the server left: jobs that ran have failed and say so.
   *
   * @return those that waited, in their order
   */
  public List<Job> recover() {
    in(JobState.RUNNING).forEach(job -> write(job.failed(INTERRUPTED)));
    return in(JobState.QUEUED);
  }

  private List<Job> in(JobState state) {
    return database.with(
        handle ->
            handle
                .createQuery("SELECT * FROM jobs WHERE state = :state ORDER BY id")
                .bind("state", state.name())
                .map(JobRecords::job)
                .list());
  }

  private static Job job(ResultSet row, StatementContext context) throws SQLException {
    return new Job(
        row.getString("id"),
        JobRequest.Kind.valueOf(row.getString("kind")).read(row.getString("request")),
        JobState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        0,
        row.getInt("step"),
        row.getInt("total"),
        Instant.ofEpochMilli(row.getLong("created")),
        instant(row, "started"),
        instant(row, "finished"),
        List.of(Json.read(row.getString("results"), String[].class)),
        row.getString("error"));
  }

  private static Long millis(Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }
}
