package io.akidb.bench.tenants;

import io.akidb.bench.data.PreparedData;
import io.akidb.bench.measure.Report;
import java.util.List;

/**
 * What keeping tenants apart costs a search.
 *
 * @param date when, UTC
 * @param machine where
 * @param data what is searched, in one built shard
 * @param rounds in each of which every way has its turn
 * @param searchesPerRound by one connection, one after another
 * @param ways by which the same searches are made; the first is what the others are compared with
 */
public record IsolationReport(
    String date,
    Report.Machine machine,
    PreparedData.Meta data,
    int rounds,
    int searchesPerRound,
    List<Way> ways) {

  /** Copies the list. */
  public IsolationReport {
    ways = List.copyOf(ways);
  }

  /**
   * One way, by the medians of its rounds.
   *
   * @param name what it is
   * @param p50Ms median latency, as the client sees it
   * @param p99Ms what one search in a hundred exceeds
   * @param cpuMs processor time of the node's process for a search
   * @param p50Share its median latency over that of the first way in the same round; the median of
   *     these
   * @param cpuShare the same of processor time
   */
  public record Way(
      String name, double p50Ms, double p99Ms, double cpuMs, double p50Share, double cpuShare) {}
}
