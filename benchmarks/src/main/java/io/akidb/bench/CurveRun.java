package io.akidb.bench;

import io.akidb.bench.engine.Ask;
import io.akidb.bench.measure.Curve;
import io.akidb.bench.measure.Point;
import io.akidb.bench.measure.Report;
import io.akidb.bench.measure.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The curve of one mode of one engine, measured in rounds between which others have theirs. */
final class CurveRun {
  /** Beyond it a curve is of no more interest. */
  private static final double RECALL_ENOUGH = 0.995;

  /** Slower than this the rest of the curve would only take time. */
  private static final double RATE_TOO_LOW = 30;

  /** Every second list: a filter may make a pass slow, and no curve is drawn. */
  private static final int FILTERED_STEP = 2;

  private static final int WARM_PARAMETER = 40;

  /** So many lists are tried that are shorter than the least one that is enough in memory. */
  private static final int SHORTER_COLD = 4;

  private final Contender contender;
  private final String mode;
  private final Map<Integer, List<Trial>> trials = new TreeMap<>();

  CurveRun(Contender contender, String mode) {
    this.contender = contender;
    this.mode = mode;
  }

  String label() {
    return contender.description().engine() + " " + mode;
  }

  Contender contender() {
    return contender;
  }

  String mode() {
    return mode;
  }

  /** Warms up and finds the parameters that are worth measuring. */
  void scout(int warmMillis) {
    List<Integer> parameters = contender.description().parameters();
    int warm =
        parameters.stream()
            .filter(p -> p >= WARM_PARAMETER)
            .findFirst()
            .orElse(parameters.getLast());
    contender.process().pass(Ask.pass(mode, warm, null, warmMillis));
    for (int parameter : parameters) {
      Trial trial = contender.process().pass(Ask.pass(mode, parameter, null, 0)).getFirst();
      trials.put(parameter, new ArrayList<>());
      if (trial.recall() >= RECALL_ENOUGH || trial.queriesPerCpuSecond() < RATE_TOO_LOW) {
        return;
      }
    }
  }

  /** Measures every point once more. */
  void round(int millis) {
    // The process may have idled while others were measured.
    contender.process().pass(Ask.pass(mode, trials.keySet().iterator().next(), null, 0));
    trials.forEach(
        (parameter, passes) ->
            passes.addAll(contender.process().pass(Ask.pass(mode, parameter, null, millis))));
  }

  /**
   * Measures with a filter, by the least list that reaches the recall of comparison.
   *
   * @param share of the rows that the filter accepts
   * @param unfiltered what was measured without one
   */
  Report.Filtered filtered(
      String filter, double share, Report.Result unfiltered, int rounds, int millis) {
    int chosen = 0;
    List<Integer> parameters = contender.description().parameters();
    for (int i = 0; i < parameters.size(); i += FILTERED_STEP) {
      int parameter = parameters.get(i);
      chosen = parameter;
      Trial trial = contender.process().pass(Ask.pass(mode, parameter, filter, 0)).getFirst();
      if (trial.recall() >= Report.RECALL || trial.queriesPerCpuSecond() < RATE_TOO_LOW) {
        break;
      }
    }
    Point point =
        Point.of(contender.process().pass(Ask.pass(mode, chosen, filter, rounds * millis)));
    double rate = Report.rate(unfiltered);
    return new Report.Filtered(
        unfiltered.engine(),
        mode,
        share,
        chosen,
        point,
        rate > 0 ? point.queriesPerCpuSecond() / rate : 0);
  }

  /**
   * Measures with nothing of the index in memory, by the least list that reaches the recall then:
   * an engine may look at all that a read brings, and find more than where nothing is read.
   */
  Report.Cold cold() {
    List<Point> points = curve().points();
    int warm = 0;
    while (warm + 1 < points.size() && points.get(warm).recall() < Report.RECALL) {
      warm++;
    }
    for (int i = Math.max(0, warm - SHORTER_COLD); i < warm; i++) {
      Report.Cold cold = cold(points.get(i).parameter());
      if (cold.recall() >= Report.RECALL) {
        return cold;
      }
    }
    return cold(points.get(warm).parameter());
  }

  private Report.Cold cold(int parameter) {
    Trial trial = contender.process().pass(Ask.cold(mode, parameter)).getFirst();
    return new Report.Cold(
        contender.description().engine(),
        mode,
        parameter,
        trial.recall(),
        1e3 / trial.queriesPerSecond(),
        trial.p50Micros() / 1e3,
        trial.p99Micros() / 1e3);
  }

  Curve curve() {
    List<Point> points = trials.values().stream().map(Point::of).toList();
    return new Curve(contender.description().engine(), mode, points);
  }
}
