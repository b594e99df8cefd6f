package io.akidb.diskann.graph;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
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
  private static final int PROGRESS_RUNS = 4;

  /** Steps that a thread takes at once: near nodes follow each other, and meet its own caches. */
  private static final int RUN = 32;

  private final BuildSpace space;
  private final BuildParameters parameters;
  private final BuildProgress progress;
  private final VamanaGraph graph;
  private final int medoid;

  /**
   * Prepares a build.
   *
   * @param medoid where walks start
   * @param graph without edges, with {@link #capacity} places a node
   */
  VamanaBuilder(
      BuildSpace space,
      int medoid,
      VamanaGraph graph,
      BuildParameters parameters,
      BuildProgress progress) {
    this.space = space;
    this.medoid = medoid;
    this.graph = graph;
    this.parameters = parameters;
    this.progress = progress;
  }

  /** Places for neighbours that a node needs while the graph is built. */
  static int capacity(BuildParameters parameters) {
    return (int) (parameters.maxDegree() * SLACK);
  }

  /** Builds. Every node can be reached from the medoid, and none has more than R neighbours. */
  void build() {
    insert("graph", IntStream.range(0, space.size()).toArray());
    finish();
  }

  /** Inserts nodes, in an {@link InsertionOrder}, into which their array is brought. */
  void insert(String phase, int... order) {
    InsertionOrder.arrange(space, parameters.seed(), order);
    each(
        phase,
        order.length,
        () -> {
          BuildWorker worker = newWorker();
          return i -> worker.insert(order[i]);
        });
  }

  /** Prunes what has more than R neighbours, and joins what cannot be reached. */
  void finish() {
    each("prune", space.size(), () -> newWorker()::shrink);
    newRepair().connect();
  }

  GraphRepair newRepair() {
    return new GraphRepair(graph, medoid, parameters.maxDegree(), newWorker()::nearest);
  }

  BuildWorker newWorker() {
    return new BuildWorker(space, graph, medoid, parameters);
  }

  /**
   * Runs a step for each number below a count, on all threads.
   *
   * @param steps makes the step of a thread
   */
  void each(String phase, int count, Supplier<IntConsumer> steps) {
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean hasReporter = new AtomicBoolean();
    Runnable work =
        () -> {
          boolean reports = hasReporter.compareAndSet(false, true);
          try {
            IntConsumer step = steps.get();
            for (int from = next.getAndAdd(RUN); from < count; from = next.getAndAdd(RUN)) {
              if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("the build was interrupted");
              }
              if (reports && from / RUN % PROGRESS_RUNS == 0) {
                progress.update(phase, from, count);
              }
              for (int i = from; i < Math.min(count, from + RUN); i++) {
                step.accept(i);
              }
            }
          } finally {
            // After a failure the other threads have nothing left to do.
            next.set(count);
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
}
