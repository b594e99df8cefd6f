package io.akidb.bench.quantizers;

import io.akidb.bench.data.PreparedData;
import io.akidb.bench.measure.Recall;
import io.akidb.bench.measure.Report;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.quantization.QuantizedQuery;
import io.akidb.diskann.quantization.Quantizer;
import io.akidb.diskann.quantization.Quantizers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Scores every code of a data set by every quantizer, and says how much of the exact answer the
 * least estimates hold. One thread, so that processor time is what an estimate takes; training uses
 * all of them.
 */
public final class QuantizerRun {
  private static final int K = 10;
  private static final long SEED = 42;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final PreparedData data;
  private final Consumer<String> log;

  /** Tells on the way what it does. */
  public QuantizerRun(PreparedData data, Consumer<String> log) {
    this.data = data;
    this.log = log;
  }

  /** Measures all. */
  public QuantizerReport run(Report.Machine machine, Clock clock) {
    float[][] base = data.base();
    float[][] queries = data.queries();
    int[][] truth = data.truth();
    DistanceMetric metric = data.meta().metric();
    int dimension = data.meta().dimension();
    List<QuantizerReport.Result> results = new ArrayList<>();
    for (Quantization quantization : Quantization.values()) {
      for (int subspaces : subspaces(quantization, dimension)) {
        Duration before = processCpu();
        Quantizer quantizer = Quantizers.train(quantization, base, metric, subspaces, SEED);
        double train = processCpu().minus(before).toNanos() / 1e9;
        QuantizerReport.Result result = measure(quantizer, train, base, queries, truth);
        log.accept(
            String.format(
                Locale.ROOT,
                "%s, %d bytes: recall@10 %.3f by estimates alone",
                result.quantization(),
                result.bytesPerVector(),
                result.recalls().getFirst()));
        results.add(result);
      }
    }
    return new QuantizerReport(
        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString(), machine, data.meta(), results);
  }

  /** Lengths to try; one 0 where there is nothing to choose. */
  private static int[] subspaces(Quantization quantization, int dimension) {
    return switch (quantization) {
      case BINARY_NEIGHBOURS -> new int[0];
      case PQ, OPQ ->
          IntStream.of(dimension / 16, dimension / 8, dimension / 4)
              .map(m -> Math.max(1, m))
              .distinct()
              .toArray();
      case SQ8, SQ4, RABITQ -> new int[] {0};
    };
  }

  private static Duration processCpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static QuantizerReport.Result measure(
      Quantizer quantizer, double train, float[][] base, float[][] queries, int[][] truth) {
    int bytes = quantizer.bytesPerVector();
    int most = QuantizerReport.RERANKED.getLast();
    int[][] found = new int[queries.length][];
    long prepare = 0;
    long estimate = 0;
    long encode;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment codes = arena.allocate((long) base.length * bytes, 64);
      byte[] code = new byte[bytes];
      long start = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < base.length; i++) {
        quantizer.encode(base[i], code, 0);
        MemorySegment.copy(code, 0, codes, ValueLayout.JAVA_BYTE, (long) i * bytes, bytes);
      }
      encode = THREADS.getCurrentThreadCpuTime() - start;
      QuantizedQuery scorer = quantizer.query();
      int[] all = IntStream.range(0, base.length).toArray();
      float[] estimates = new float[base.length];
      for (int q = 0; q < queries.length; q++) {
        start = THREADS.getCurrentThreadCpuTime();
        scorer.set(queries[q]);
        long set = THREADS.getCurrentThreadCpuTime();
        scorer.estimate(codes, all, all.length, estimates);
        long done = THREADS.getCurrentThreadCpuTime();
        // The compiler needs some queries to come to its end.
        if (q >= queries.length / 2) {
          prepare += set - start;
          estimate += done - set;
        }
        found[q] = least(estimates, most);
      }
    }
    double timed = queries.length - queries.length / 2;
    return new QuantizerReport.Result(
        quantizer.quantization().name(),
        bytes,
        train,
        encode / 1e3 / base.length,
        prepare / 1e3 / timed,
        estimate / timed / base.length,
        QuantizerReport.RERANKED.stream().map(r -> recall(found, r, truth)).toList());
  }

  /** The places of the least values, ascending. */
  static int[] least(float[] values, int count) {
    float[] kept = new float[Math.min(count, values.length)];
    int[] places = new int[kept.length];
    int size = 0;
    for (int i = 0; i < values.length; i++) {
      if (size == kept.length && values[i] >= kept[size - 1]) {
        continue;
      }
      int at = size < kept.length ? size++ : size - 1;
      for (; at > 0 && kept[at - 1] > values[i]; at--) {
        kept[at] = kept[at - 1];
        places[at] = places[at - 1];
      }
      kept[at] = values[i];
      places[at] = i;
    }
    return places;
  }

  private static double recall(int[][] found, int reranked, int[][] truth) {
    int[] counts = Arrays.stream(found).mapToInt(row -> Math.min(reranked, row.length)).toArray();
    return Recall.of(found, counts, truth, K);
  }
}
