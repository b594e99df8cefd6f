package io.akidb.bench.measure;

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
    int answersMin) {}
