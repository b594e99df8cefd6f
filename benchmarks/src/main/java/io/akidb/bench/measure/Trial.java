package io.akidb.bench.measure;

import java.util.Arrays;
import java.util.List;

/**
 * One pass over all queries by one thread.
 *
 * @param parameter the length of the candidate list
 * @param recall of the first k, 0 to 1
 * @param queriesPerSecond by the clock
 * @param queriesPerCpuSecond by the thread's processor time: what the clock would say on a machine
 *     that is otherwise idle
 * @param p50Micros median latency
 * @param p99Micros latency that one query in a hundred exceeds
 * @param answersMin answers to the query that got fewest
 */
public record Trial(
    int parameter,
    double recall,
    double queriesPerSecond,
    double queriesPerCpuSecond,
    double p50Micros,
    double p99Micros,
    int answersMin) {

  /**
   * One of many that were of one query each.
   *
   * @param trials at least one
   */
  public static Trial ofSingleQueries(List<Trial> trials) {
    double[] micros = trials.stream().mapToDouble(Trial::p50Micros).sorted().toArray();
    int count = trials.size();
    return new Trial(
        trials.getFirst().parameter(),
        trials.stream().mapToDouble(Trial::recall).average().orElse(0),
        count * 1e6 / Arrays.stream(micros).sum(),
        count / trials.stream().mapToDouble(trial -> 1 / trial.queriesPerCpuSecond()).sum(),
        micros[count / 2],
        micros[(int) (count * 0.99)],
        trials.stream().mapToInt(Trial::answersMin).min().orElse(0));
  }
}
