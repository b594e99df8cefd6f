package io.akidb.build;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * The job's connection to Spark, made when it is first needed: a job that finds nothing to build
 * ends without it. Thread-safe.
 */
final class SparkRun implements AutoCloseable {
  private final SparkConf conf;
  private final ProgressListener listener = new ProgressListener();
  private @Nullable JavaSparkContext context;

  SparkRun(SparkConf conf) {
    this.conf = conf;
  }

  /** The context, started at the first call. */
  synchronized JavaSparkContext context() {
    if (context == null) {
      context = new JavaSparkContext(SparkSettings.complete(conf));
      context.sc().addSparkListener(listener);
    }
    return context;
  }

  /** A new count, which from now on is the one whose running value is known. */
  LongAccumulator count(String name) {
    LongAccumulator count = context().sc().longAccumulator(name);
    listener.watch(count);
    return count;
  }

  /** A count as it is now, running tasks included. */
  long valueOf(LongAccumulator count) {
    return listener.valueOf(count);
  }

  /** How many tasks one executor runs at once. */
  int slotsPerExecutor() {
    JavaSparkContext spark = context();
    // The driver counts as one, and in local mode is the only one.
    int executors = Math.max(1, spark.sc().statusTracker().getExecutorInfos().length - 1);
    return Math.max(1, spark.defaultParallelism() / executors);
  }

  /** Ends what runs; whoever waits for it gets an exception. */
  synchronized void cancel() {
    if (context != null) {
      context.cancelAllJobs();
    }
  }

  @Override
  public synchronized void close() {
    if (context != null) {
      context.close();
    }
  }
}
