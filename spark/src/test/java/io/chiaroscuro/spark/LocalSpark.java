package io.chiaroscuro.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A session of three threads, in which a task may fail three times, for the tests of a class. */
public final class LocalSpark implements BeforeAllCallback, AfterAllCallback {

  public static final int THREADS = 3;

  private SparkSession session;

  public SparkSession session() {
    return session;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    session =
        SparkSession.builder()
            .master("local[%d,4]".formatted(THREADS))
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 4)
            .getOrCreate();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    try {
      session.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
