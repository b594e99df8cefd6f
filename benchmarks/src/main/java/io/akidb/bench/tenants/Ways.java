package io.akidb.bench.tenants;

import io.akidb.bench.tenants.IsolationReport.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What rounds say of each way, and their medians. For one thread. */
final class Ways {
  private final List<List<Way>> rounds = new ArrayList<>();

  /** Takes a round over; the first way is what the others are compared with. */
  void add(List<Lane> lanes) {
    double p50 = lanes.getFirst().p50Ms();
    double cpu = lanes.getFirst().cpuMs();
    List<Way> round = new ArrayList<>();
    for (Lane lane : lanes) {
      round.add(
          new Way(
              lane.name(),
              lane.p50Ms(),
              lane.p99Ms(),
              lane.cpuMs(),
              lane.p50Ms() / p50,
              cpu == 0 ? 1 : lane.cpuMs() / cpu));
    }
    rounds.add(round);
  }

  List<Way> medians() {
    List<Way> medians = new ArrayList<>();
    for (int way = 0; way < rounds.getFirst().size(); way++) {
      medians.add(
          new Way(
              rounds.getFirst().get(way).name(),
              median(way, Way::p50Ms),
              median(way, Way::p99Ms),
              median(way, Way::cpuMs),
              median(way, Way::p50Share),
              median(way, Way::cpuShare)));
    }
    return medians;
  }

  private double median(int way, ToDoubleFunction<Way> figure) {
    double[] sorted =
        rounds.stream().map(round -> round.get(way)).mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
