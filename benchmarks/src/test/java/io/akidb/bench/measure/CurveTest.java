package io.akidb.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CurveTest {
  static Point point(int parameter, double recall, double rate) {
    return new Point(parameter, recall, rate, rate, rate, rate, 1e6 / rate, 2e6 / rate, 9);
  }

  @Test
  void frontier_dominatedPoints_areLeftOut() {
    Point fast = point(10, 0.8, 1000);
    Point slow = point(20, 0.9, 100);
    Point beaten = point(15, 0.85, 90);
    Point equal = point(21, 0.9, 90);
    Curve curve = new Curve("a", "b", List.of(fast, beaten, slow, equal));
    assertThat(curve.frontier()).containsExactly(fast, slow);
    assertThat(curve.label()).isEqualTo("a b");
  }

  @Test
  void at_betweenTwoPoints_interpolatesLogarithmically() {
    Curve curve = new Curve("a", "b", List.of(point(10, 0.9, 10_000), point(20, 1.0, 100)));
    Curve.Reading reading = curve.at(0.95);
    assertThat(reading).isNotNull();
    assertThat(reading.queriesPerSecond()).isCloseTo(1000, within(1e-6));
    assertThat(reading.queriesPerCpuSecond()).isCloseTo(1000, within(1e-6));
    assertThat(reading.p50Micros()).isCloseTo(1000, within(1e-6));
    assertThat(reading.p99Micros()).isCloseTo(2000, within(1e-6));
    assertThat(reading.isMeasured()).isFalse();
  }

  @Test
  void at_belowTheCurve_isItsFirstPoint() {
    Curve curve = new Curve("a", "b", List.of(point(10, 0.97, 500), point(20, 0.99, 100)));
    Curve.Reading reading = curve.at(0.95);
    assertThat(reading).isNotNull();
    assertThat(reading.isMeasured()).isTrue();
    assertThat(reading.recall()).isEqualTo(0.97);
    assertThat(reading.queriesPerSecond()).isEqualTo(500);
  }

  @Test
  void at_aboveTheCurve_isNothing() {
    assertThat(new Curve("a", "b", List.of(point(10, 0.9, 500))).at(0.95)).isNull();
    assertThat(new Curve("a", "b", List.of()).at(0.95)).isNull();
  }

  @Test
  void pointOf_severalPasses_isTheirMedian() {
    List<Trial> three =
        List.of(
            new Trial(10, 0.9, 300, 400, 30, 90, 7),
            new Trial(10, 0.9, 100, 500, 10, 80, 7),
            new Trial(10, 0.9, 200, 600, 20, 70, 7));
    assertThat(Point.of(three)).isEqualTo(new Point(10, 0.9, 200, 100, 300, 500, 20, 80, 7));
    assertThat(Point.of(three.subList(0, 2)).queriesPerSecond()).isEqualTo(200);
  }

  @Test
  void trialOf_singleQueries_isTheirDistribution() {
    Trial all =
        Trial.ofSingleQueries(
            List.of(
                new Trial(40, 1.0, 1, 1000, 3000, 3000, 10),
                new Trial(40, 0.5, 1, 500, 1000, 1000, 9),
                new Trial(40, 0.9, 1, 1000, 2000, 2000, 10)));
    assertThat(all.recall()).isCloseTo(0.8, within(1e-9));
    assertThat(all.queriesPerSecond()).isCloseTo(500, within(1e-9));
    assertThat(all.queriesPerCpuSecond()).isCloseTo(750, within(1e-9));
    assertThat(all.p50Micros()).isEqualTo(2000);
    assertThat(all.p99Micros()).isEqualTo(3000);
    assertThat(all.answersMin()).isEqualTo(9);
  }

  @Test
  void recall_hits_areCountedOnce() {
    int[][] truth = {{1, 2, 3}, {4}};
    int[][] found = {{2, 2, 9}, {4, 5, 6}};
    // Of the two wanted of the first query one is found; the second query has one neighbour only.
    assertThat(Recall.of(found, new int[] {3, 1}, truth, 2)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(Recall.of(found, new int[] {0, 0}, truth, 2)).isZero();
    assertThat(Recall.of(new int[0][], new int[0], new int[0][], 2)).isEqualTo(1);
  }
}
