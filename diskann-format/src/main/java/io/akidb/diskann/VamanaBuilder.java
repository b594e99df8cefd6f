package io.akidb.diskann;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Builds a Vamana graph (Subramanya et al., DiskANN, NeurIPS 2019, Algorithms 1 to 3) by inserting
 * the vectors in a seeded random order: a greedy walk from the medoid finds candidates, RobustPrune
 * picks the neighbours, and each neighbour gets an edge back, pruned when its list is full. One
 * pass, with room for a few more edges than R while building, as the DiskANN authors' own code
 * does. With one thread the graph follows from the seed.
 */
final class VamanaBuilder {
  private static final double SLACK = 1.25;
  private static final int PROGRESS_STEP = 128;

  private final BuildDistances distances;
  private final BuildParameters parameters;
  private final BuildProgress progress;
  private final VamanaGraph graph;
  private final int medoid;

  VamanaBuilder(BuildDistances distances, BuildParameters parameters, BuildProgress progress) {
    this.distances = distances;
    this.parameters = parameters;
    this.progress = progress;
    this.graph = new VamanaGraph(distances.size(), (int) (parameters.maxDegree() * SLACK));
    this.medoid = distances.medoid();
  }

  int medoid() {
    return medoid;
  }

  /** Builds. Every node can be reached from the medoid, and none has more than R neighbours. */
  VamanaGraph build() {
    int[] order = shuffled();
    each("graph", order.length, (worker, i) -> worker.insert(order[i]));
    each("prune", order.length, (worker, i) -> worker.shrink(i));
    new GraphRepair(graph, medoid, parameters.maxDegree(), new Worker()::nearest).connect();
    return graph;
  }

  private int[] shuffled() {
    SplittableRandom random = new SplittableRandom(parameters.seed());
    int[] order = IntStream.range(0, distances.size()).toArray();
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  private interface Step {
    void run(Worker worker, int i);
  }

  private void each(String phase, int count, Step step) {
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean hasReporter = new AtomicBoolean();
    Runnable work =
        () -> {
          Worker worker = new Worker();
          int steps = 0;
          boolean reports = hasReporter.compareAndSet(false, true);
          for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
            if (steps++ % PROGRESS_STEP == 0) {
              if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("the build was interrupted");
              }
              if (reports) {
                progress.update(phase, i, count);
              }
            }
            step.run(worker, i);
          }
        };
    if (parameters.threads() == 1 || count < 2) {
      work.run();
    } else {
      onThreads(work);
    }
    progress.update(phase, count, count);
  }

  private void onThreads(Runnable work) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            parameters.threads(), Thread.ofPlatform().daemon().name("vamana-", 0).factory());
    try {
      Future<?>[] running = new Future<?>[parameters.threads()];
      for (int t = 0; t < running.length; t++) {
        running[t] = threads.submit(work);
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the build was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("building failed", e.getCause());
    } finally {
      threads.shutdownNow();
      threads.close();
    }
  }

  /** What one thread needs. */
  private final class Worker {
    private final float[] vector = new float[distances.paddedDimension()];
    private final float[] other = new float[distances.paddedDimension()];
    private final CandidateList list = new CandidateList();
    private final VisitedSet visited = new VisitedSet();
    private final int[] neighbours = new int[graph.capacity() + 1];
    private final int[] kept = new int[graph.capacity() + 1];
    private long[] candidates = new long[512];
    private int candidateCount;

    /** Candidates of a walk towards a node's vector, ascending, the node itself left out. */
    private void walk(int node) {
      distances.load(node, vector);
      list.reset(parameters.buildListSize());
      visited.clear();
      candidateCount = 0;
      visited.add(medoid);
      list.add(distances.from(vector, node, medoid), medoid);
      for (int current = list.expandNext(); current >= 0; current = list.expandNext()) {
        int degree = graph.copy(current, neighbours);
        for (int i = 0; i < degree; i++) {
          int neighbour = neighbours[i];
          if (visited.add(neighbour)) {
            list.add(distances.from(vector, node, neighbour), neighbour);
          }
        }
      }
      for (int i = 0; i < list.size(); i++) {
        if (list.id(i) != node) {
          offer(list.distance(i), list.id(i));
        }
      }
    }

    private void offer(float distance, int id) {
      if (candidateCount == candidates.length) {
        candidates = Arrays.copyOf(candidates, candidateCount * 2);
      }
      candidates[candidateCount++] = SortableKeys.of(distance, id);
    }

    void insert(int node) {
      if (node == medoid) {
        return;
      }
      walk(node);
      int degree = prune();
      int[] chosen = Arrays.copyOf(kept, degree);
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
      for (int neighbour : chosen) {
        addEdge(neighbour, node);
      }
    }

    private void addEdge(int from, int to) {
      graph.lock(from).lock();
      try {
        if (!graph.append(from, to)) {
          loadCandidates(from);
          distances.load(from, vector);
          offer(distances.from(vector, from, to), to);
          Arrays.sort(candidates, 0, candidateCount);
          int degree = prune();
          graph.set(from, kept, degree);
        }
      } finally {
        graph.lock(from).unlock();
      }
    }

    void shrink(int node) {
      if (graph.degree(node) > parameters.maxDegree()) {
        loadCandidates(node);
        Arrays.sort(candidates, 0, candidateCount);
        int degree = prune();
        graph.set(node, kept, degree);
      }
    }

    private void loadCandidates(int node) {
      distances.load(node, vector);
      candidateCount = 0;
      int degree = graph.copy(node, neighbours);
      for (int i = 0; i < degree; i++) {
        offer(distances.from(vector, node, neighbours[i]), neighbours[i]);
      }
    }

    /**
     * RobustPrune of the ascending candidates into {@code kept}, at most R. A candidate is dropped
     * when one that was kept before is nearer to it, by the factor alpha, than the node is; what
     * remains is filled up by rounds of growing alpha.
     */
    private int prune() {
      int degree = 0;
      float alpha = 1;
      while (true) {
        for (int c = 0; c < candidateCount && degree < parameters.maxDegree(); c++) {
          if (candidates[c] != Long.MAX_VALUE && !isOccluded(candidates[c], degree, alpha)) {
            int id = SortableKeys.id(candidates[c]);
            kept[degree++] = id;
            candidates[c] = Long.MAX_VALUE;
          }
        }
        if (alpha >= parameters.alpha() || degree == parameters.maxDegree()) {
          return degree;
        }
        alpha = parameters.alpha();
      }
    }

    private boolean isOccluded(long candidate, int degree, float alpha) {
      float distance = SortableKeys.distance(candidate);
      int id = SortableKeys.id(candidate);
      if (degree == 0) {
        return false;
      }
      distances.load(id, other);
      for (int k = 0; k < degree; k++) {
        if (alpha * distances.from(other, id, kept[k]) <= distance) {
          return true;
        }
      }
      return false;
    }

    /** Nodes near to a node, ascending. */
    int[] nearest(int node) {
      walk(node);
      int[] found = new int[candidateCount];
      for (int i = 0; i < candidateCount; i++) {
        found[i] = SortableKeys.id(candidates[i]);
      }
      return found;
    }
  }
}
