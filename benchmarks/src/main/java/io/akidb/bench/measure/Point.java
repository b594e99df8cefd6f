package io.akidb.bench.measure;

import java.util.Comparator;
import java.util.List;

/**
 * A point of a curve: the median of several passes.
 *
 * @param parameter as of {@link Trial}
 * @param recall as of {@link Trial}
 * @param queriesPerSecond of the median pass
 * @param queriesPerSecondMin of the slowest pass
 * @param queriesPerSecondMax of the fastest pass
 * @param queriesPerCpuSecond median
 * @param p50Micros median
 * @param p99Micros median
 * @param answersMin as of {@link Trial}
 */
public record Point(
    int parameter,
    double recall,
    double queriesPerSecond,
    double queriesPerSecondMin,
    double queriesPerSecondMax,
    double queriesPerCpuSecond,
    double p50Micros,
    double p99Micros,
    int answersMin) {

  /**
   * Of passes with one parameter.
   *
   * @param trials at least one
   */
  public static Point of(List<Trial> trials) {
    List<Double> rates = sorted(trials.stream().map(Trial::queriesPerSecond).toList());
    return new Point(
        trials.getFirst().parameter(),
        trials.getFirst().recall(),
        median(rates),
        rates.getFirst(),
        rates.getLast(),
        median(sorted(trials.stream().map(Trial::queriesPerCpuSecond).toList())),
        median(sorted(trials.stream().map(Trial::p50Micros).toList())),
        median(sorted(trials.stream().map(Trial::p99Micros).toList())),
        trials.getFirst().answersMin());
  }

  private static List<Double> sorted(List<Double> values) {
    return values.stream().sorted(Comparator.naturalOrder()).toList();
  }

  private static double median(List<Double> sorted) {
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
