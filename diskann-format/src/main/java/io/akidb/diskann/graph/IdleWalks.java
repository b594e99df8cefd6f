package io.akidb.diskann.graph;

import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchBuffer;
import io.akidb.diskann.SearchParameters;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Walks that wait for a query, so that their arrays are used again. Thread-safe. */
final class IdleWalks {
  private static final int IDLE_MAX = 64;

  private final ArrayBlockingQueue<GraphWalk> idle = new ArrayBlockingQueue<>(IDLE_MAX);
  private final Supplier<GraphWalk> maker;

  IdleWalks(Supplier<GraphWalk> maker) {
    this.maker = maker;
  }

  void search(
      float[] query, SearchParameters parameters, @Nullable NodeFilter filter, SearchBuffer into) {
    GraphWalk walk = idle.poll();
    if (walk == null) {
      walk = maker.get();
    }
    walk.search(query, parameters, filter, into);
    idle.offer(walk);
  }
}
