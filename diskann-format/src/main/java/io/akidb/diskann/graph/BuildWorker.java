package io.akidb.diskann.graph;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.search.CandidateList;
import io.akidb.diskann.search.VisitedSet;
import java.util.Arrays;

/** Inserts nodes into a graph that others insert into at the same time. For one thread. */
final class BuildWorker {
  private final BuildSpace space;
  private final VamanaGraph graph;
  private final int medoid;
  private final BuildParameters parameters;
  private final RobustPrune pruning;
  private final CandidateList list = new CandidateList();
  private final VisitedSet visited = new VisitedSet();
  private final int[] neighbours;
  private final float[] distances;
  private final int[] chosen;

  BuildWorker(BuildSpace space, VamanaGraph graph, int medoid, BuildParameters parameters) {
    this.space = space;
    this.graph = graph;
    this.medoid = medoid;
    this.parameters = parameters;
    this.pruning = new RobustPrune(space, parameters.maxDegree(), parameters.alpha());
    this.neighbours = new int[graph.capacity()];
    this.distances = new float[graph.capacity()];
    this.chosen = new int[parameters.maxDegree()];
  }

  /** Gives a node its neighbours, and them an edge back. */
  void insert(int node) {
    if (node == medoid) {
      return;
    }
    walk(node);
    pruning.reset(node);
    for (int i = 0; i < list.size(); i++) {
      if (list.id(i) != node) {
        pruning.offer(list.distance(i), list.id(i), false);
      }
    }
    int degree = pruning.prune();
    System.arraycopy(pruning.kept(), 0, chosen, 0, degree);
    graph.lock(node).lock();
    try {
      // Edges back may have come meanwhile from other threads: keep those there is room for.
      int present = graph.copy(node, neighbours);
      graph.set(node, chosen, degree);
      for (int i = 0; i < present; i++) {
        graph.append(node, neighbours[i]);
      }
    } finally {
      graph.lock(node).unlock();
    }
    for (int i = 0; i < degree; i++) {
      connect(chosen[i], node);
    }
  }

  /** Candidates of a walk towards a node, ascending, into the list. */
  private void walk(int node) {
    list.reset(parameters.buildListSize());
    visited.clear();
    visited.add(medoid);
    list.add(space.between(node, medoid), medoid);
    for (int current = list.expandNext(); current >= 0; current = list.expandNext()) {
      int degree = graph.copy(current, neighbours);
      int fresh = 0;
      for (int i = 0; i < degree; i++) {
        if (visited.add(neighbours[i])) {
          neighbours[fresh++] = neighbours[i];
        }
      }
      space.between(node, neighbours, fresh, distances);
      for (int i = 0; i < fresh; i++) {
        list.add(distances[i], neighbours[i]);
      }
    }
  }

  private void connect(int node, int neighbour) {
    graph.lock(node).lock();
    try {
      if (!graph.append(node, neighbour)) {
        loadCandidates(node);
        pruning.offer(space.between(node, neighbour), neighbour, false);
        graph.set(node, pruning.kept(), pruning.prune());
      }
    } finally {
      graph.lock(node).unlock();
    }
  }

  /**
   * Gives a node neighbours out of candidates.
   *
   * @param candidates each once, the node itself not among them
   * @param known how many of the first ones an earlier pruning kept together
   */
  void choose(int node, int[] candidates, int count, int known) {
    pruning.reset(node);
    for (int i = 0; i < count; i++) {
      pruning.offer(space.between(node, candidates[i]), candidates[i], i < known);
    }
    graph.set(node, pruning.kept(), pruning.prune());
  }

  /** Prunes a node that has more than R neighbours. */
  void shrink(int node) {
    if (graph.degree(node) > parameters.maxDegree()) {
      loadCandidates(node);
      graph.set(node, pruning.kept(), pruning.prune());
    }
  }

  private void loadCandidates(int node) {
    pruning.reset(node);
    int degree = graph.copy(node, neighbours);
    int old = graph.keptTogether(node);
    space.between(node, neighbours, degree, distances);
    for (int i = 0; i < degree; i++) {
      pruning.offer(distances[i], neighbours[i], i < old);
    }
  }

  /** Nodes near to a node, ascending. */
  int[] nearest(int node) {
    walk(node);
    int[] found = new int[list.size()];
    int count = 0;
    for (int i = 0; i < found.length; i++) {
      if (list.id(i) != node) {
        found[count++] = list.id(i);
      }
    }
    return Arrays.copyOf(found, count);
  }
}
