package io.akidb.diskann.graph;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.search.VisitedSet;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Carries a graph over into one that others build on (FreshDiskANN, section 5): a node that had a
 * deleted neighbour gets that one's neighbours in its place, as far as pruning keeps them
 * (Algorithm 4); then fresh nodes are inserted by walks. With one thread the graph follows from the
 * seed.
 */
final class GraphMerge {
  /** The graph that is carried over. Safe for any thread. */
  interface Lists {
    /** Most neighbours of a node. */
    int degreeMax();

    /** Copies a node's neighbours and answers how many. */
    int copy(int node, int[] into);
  }

  private final Lists base;
  private final int[] positions;
  private final int fresh;
  private final BuildSpaces spaces;
  private final VamanaGraph graph;
  private final BuildParameters parameters;
  private final BuildProgress progress;

  /**
   * Prepares a merge.
   *
   * @param positions of each node of the old graph in the new one, -1 if it was deleted; those that
   *     are left stand behind all fresh ones, in their order
   * @param graph without edges
   */
  GraphMerge(
      Lists base,
      int[] positions,
      BuildSpaces spaces,
      VamanaGraph graph,
      BuildParameters parameters,
      BuildProgress progress) {
    this.base = base;
    this.positions = positions;
    this.spaces = spaces;
    this.graph = graph;
    this.parameters = parameters;
    this.progress = progress;
    int carried = (int) Arrays.stream(positions).filter(position -> position >= 0).count();
    this.fresh = graph.nodes() - carried;
  }

  /** Merges; every node can be reached from the one that is answered. */
  int run() {
    int entry = entry();
    VamanaBuilder builder = new VamanaBuilder(spaces.space(), entry, graph, parameters, progress);
    builder.each("consolidate", positions.length, () -> new Carrier(builder.newWorker())::carry);
    // What the deleted alone led to comes in anew, and at first, so that the fresh find it.
    builder.insert("rejoin", builder.newRepair().unreached(fresh));
    builder.insert("graph", IntStream.range(0, fresh).toArray());
    builder.finish();
    return entry;
  }

  /** The medoid; if that is fresh, the node nearest to it that is carried over. */
  private int entry() {
    int medoid = spaces.medoid();
    if (medoid >= fresh || fresh == graph.nodes()) {
      return medoid;
    }
    int best = fresh;
    float bestDistance = Float.POSITIVE_INFINITY;
    for (int node = fresh; node < graph.nodes(); node++) {
      float distance = spaces.space().between(medoid, node);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = node;
      }
    }
    return best;
  }

  /** Carries nodes over. For one thread. */
  private final class Carrier {
    private final BuildWorker worker;
    private final VisitedSet offered = new VisitedSet();
    private final int[] neighbours = new int[base.degreeMax()];
    private final int[] further = new int[base.degreeMax()];
    private final int[] candidates = new int[base.degreeMax() * (base.degreeMax() + 1)];
    private int count;

    Carrier(BuildWorker worker) {
      this.worker = worker;
    }

    /** Carries a node of the old graph over, if it was not deleted. */
    void carry(int node) {
      int position = positions[node];
      if (position < 0) {
        return;
      }
      count = 0;
      offered.clear();
      offered.add(position);
      int degree = base.copy(node, neighbours);
      int deleted = 0;
      for (int i = 0; i < degree; i++) {
        if (positions[neighbours[i]] >= 0) {
          offer(neighbours[i]);
        } else {
          neighbours[deleted++] = neighbours[i];
        }
      }
      int known = count;
      for (int i = 0; i < deleted; i++) {
        int found = base.copy(neighbours[i], further);
        for (int j = 0; j < found; j++) {
          offer(further[j]);
        }
      }
      if (deleted > 0 || count > parameters.maxDegree()) {
        worker.choose(position, candidates, count, known);
      } else {
        graph.carry(position, candidates, count);
      }
    }

    private void offer(int node) {
      int position = positions[node];
      if (position >= 0 && offered.add(position)) {
        candidates[count++] = position;
      }
    }
  }
}
