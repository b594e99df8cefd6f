package io.akidb.bench.measure;

import io.akidb.bench.data.PreparedData;
import io.akidb.bench.engine.BuildCost;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run measured.
 *
 * @param date when, UTC
 * @param machine where
 * @param data on what
 * @param k how many neighbours were asked for
 * @param threads that built
 * @param rounds passes of which the median is taken
 * @param results of each engine and mode
 * @param filtered searches with filters; empty if not asked for
 * @param cold searches with nothing of the index in memory; empty if not asked for
 * @param notes what a reader must know, as that an engine did not install
 */
public record Report(
    String date,
    Machine machine,
    PreparedData.Meta data,
    int k,
    int threads,
    int rounds,
    List<Result> results,
    List<Filtered> filtered,
    List<Cold> cold,
    List<String> notes) {
  /** The recall that engines are compared at. */
  public static final double RECALL = 0.95;

  /** Copies the lists. */
  public Report {
    results = List.copyOf(results);
    filtered = List.copyOf(filtered);
    cold = List.copyOf(cold);
    notes = List.copyOf(notes);
  }

  /**
   * The machine.
   *
   * @param processor its name
   * @param processors how many the JVM sees
   * @param memoryBytes of the machine
   * @param jdk version of Java
   * @param loadBefore load average of the last minute, before the run; negative if not known
   */
  public record Machine(
      String processor, int processors, long memoryBytes, String jdk, double loadBefore) {}

  /**
   * One engine in one mode.
   *
   * @param description version and settings
   * @param build its cost
   * @param reusedBuild whether an index of an earlier run was taken, and its cost with it
   * @param curve its search
   * @param at what the curve says at {@link #RECALL}; null if it does not get there
   */
  public record Result(
      String engine,
      String mode,
      String description,
      BuildCost build,
      boolean reusedBuild,
      Curve curve,
      Curve.@Nullable Reading at) {}

  /**
   * A search with a filter.
   *
   * @param share of the rows that the filter accepts
   * @param parameter the least one that reaches {@link #RECALL}, or the greatest tried
   * @param point what was measured with it
   * @param unfilteredShare its rate as a share of that without a filter at {@link #RECALL}
   */
  public record Filtered(
      String engine,
      String mode,
      double share,
      int parameter,
      Point point,
      double unfilteredShare) {}

  /**
   * A search with nothing of the index in the page cache.
   *
   * @param parameter the least one that reached {@link #RECALL} in memory
   * @param recall of the queries that were asked
   * @param meanMillis latency
   * @param p50Millis latency
   * @param p99Millis latency
   */
  public record Cold(
      String engine,
      String mode,
      int parameter,
      double recall,
      double meanMillis,
      double p50Millis,
      double p99Millis) {}

  /** The result of the fastest mode of an engine at {@link #RECALL}. */
  public Optional<Result> best(String engine) {
    return results.stream()
        .filter(result -> result.engine().equals(engine))
        .max(Comparator.comparingDouble(Report::rate));
  }

  /** Queries per second at {@link #RECALL}, by processor time; 0 where it is not reached. */
  public static double rate(Result result) {
    Curve.Reading at = result.at();
    return at == null ? 0 : at.queriesPerCpuSecond();
  }
}
