package io.akidb.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the JMH benchmarks, which print their own table. */
final class KernelRun {
  private static final int ITERATIONS = 5;

  private KernelRun() {}

  /**
   * Runs those whose class, method or both match.
   *
   * @param pattern a regular expression; empty for all
   * @param json takes JMH's results; null for none
   */
  static void run(String pattern, @Nullable Path json) {
    // The compiler takes seconds to turn vectors into registers.
    TimeValue time = TimeValue.seconds(1);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^io\\.akidb\\.bench\\.(kernel|access)\\..*" + pattern)
            .forks(1)
            .warmupIterations(ITERATIONS)
            .warmupTime(time)
            .measurementIterations(ITERATIONS)
            .measurementTime(time)
            .jvmArgs(Contender.jvmOptions("1g").toArray(String[]::new))
            .shouldFailOnError(true);
    if (json != null) {
      options.resultFormat(ResultFormatType.JSON).result(json.toString());
    }
    try {
      new Runner(options.build()).run();
    } catch (NoBenchmarksException e) {
      throw new BenchException("no benchmark matches '" + pattern + "'", e);
    } catch (RunnerException e) {
      throw new BenchException("JMH failed: " + e.getMessage(), e);
    }
  }
}
