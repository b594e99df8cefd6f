package io.akidb.bench.measure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Speed against recall.
 *
 * @param engine whose
 * @param mode and how it was used
 * @param points by parameter
 */
public record Curve(String engine, String mode, List<Point> points) {
  /** Copies the list. */
  public Curve {
    points = List.copyOf(points);
  }

  /** Engine and mode, as one word. */
  public String label() {
    return engine + " " + mode;
  }

  /**
   * What is read off a curve.
   *
   * @param recall the recall that was asked for, or the lowest of the curve where that is higher
   * @param isMeasured whether no interpolation was needed, the curve starting above what was asked
   * @param queriesPerSecond as of {@link Point}
   * @param queriesPerCpuSecond as of {@link Point}
   * @param p50Micros as of {@link Point}
   * @param p99Micros as of {@link Point}
   */
  public record Reading(
      double recall,
      boolean isMeasured,
      double queriesPerSecond,
      double queriesPerCpuSecond,
      double p50Micros,
      double p99Micros) {}

  /**
   * The points that no other one beats in both recall and speed, by rising recall.
   *
   * @return at least one if there are points
   */
  public List<Point> frontier() {
    List<Point> byRecall = new ArrayList<>(points);
    byRecall.sort(
        Comparator.comparingDouble(Point::recall)
            .reversed()
            .thenComparing(Comparator.comparingDouble(Point::queriesPerCpuSecond).reversed()));
    List<Point> frontier = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (Point point : byRecall) {
      if (point.queriesPerCpuSecond() > best) {
        best = point.queriesPerCpuSecond();
        frontier.addFirst(point);
      }
    }
    return frontier;
  }

  /**
   * Interpolates between the two points around a recall, rates and latencies on a logarithmic
   * scale.
   *
   * @return null if the curve does not reach the recall
   */
  public @org.jspecify.annotations.Nullable Reading at(double recall) {
    Point below = null;
    for (Point point : frontier()) {
      if (point.recall() >= recall) {
        return below == null ? reading(point) : between(below, point, recall);
      }
      below = point;
    }
    return null;
  }

  private static Reading reading(Point point) {
    return new Reading(
        point.recall(),
        true,
        point.queriesPerSecond(),
        point.queriesPerCpuSecond(),
        point.p50Micros(),
        point.p99Micros());
  }

  private static Reading between(Point below, Point above, double recall) {
    double share = (recall - below.recall()) / (above.recall() - below.recall());
    return new Reading(
        recall,
        false,
        mixed(below, above, share, Point::queriesPerSecond),
        mixed(below, above, share, Point::queriesPerCpuSecond),
        mixed(below, above, share, Point::p50Micros),
        mixed(below, above, share, Point::p99Micros));
  }

  private static double mixed(
      Point below, Point above, double share, ToDoubleFunction<Point> value) {
    return Math.exp(
        (1 - share) * Math.log(value.applyAsDouble(below))
            + share * Math.log(value.applyAsDouble(above)));
  }
}
