package io.akidb.diskann.live;

import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchStatistics;
import io.akidb.diskann.kernel.SortableKeys;
import io.akidb.diskann.search.VisitedSet;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One search at a time: a walk, and out of what it met the nearest that are live. What is answered
 * was true at one instant, told by the lock under which nodes begin and end. For one thread.
 */
final class LiveSearch {
  /** A walk costs so many times more than a scan, for each node it meets. */
  private static final int STEP_COST = 8;

  private static final int TRIES = 8;

  /** So many more than k a scan remembers, for those that end meanwhile. */
  private static final int SPARE = 64;

  private final LiveGraph graph;
  private final LiveSlots slots;
  private final StampedLock changes;
  private final LiveWalk walk;
  private final VisitedSet seen = new VisitedSet();
  private LiveNode[] nodes = new LiveNode[0];
  private long[] keys = new long[0];
  private int count;
  private int distances;
  private boolean isOutdated;

  private record Wanted(SearchParameters parameters, @Nullable Predicate<LiveRecord> filter) {
    boolean accepts(LiveNode node) {
      return filter == null || filter.test(node.content());
    }
  }

  /**
   * A search.
   *
   * @param changes is written when a node becomes live or ends
   */
  LiveSearch(LiveGraph graph, StampedLock changes) {
    this.graph = graph;
    this.slots = graph.slots();
    this.changes = changes;
    this.walk = new LiveWalk(graph);
  }

  /**
   * Searches.
   *
   * @param live how many there are, about
   */
  LiveResult search(
      float[] vector,
      SearchParameters parameters,
      @Nullable Predicate<LiveRecord> filter,
      int live) {
    float[] query = graph.space().prepared(vector);
    Wanted wanted = new Wanted(parameters, filter);
    int hops = 0;
    int walked = 0;
    distances = 0;
    int used = slots.used();
    // A walk passes the deleted too.
    long base = Math.max(parameters.searchListSize(), parameters.k());
    long listSize = Math.min(used, base * used / Math.max(1, live));
    // Of a filter that does not tell how many it accepts it shows on the way.
    long acceptedMin = filter == null ? parameters.k() : Math.max(parameters.k(), base / 2);
    while (listSize > 0 && listSize < used / STEP_COST) {
      walk.walk((int) listSize, slot -> graph.space().distance(query, slot));
      hops += walk.hops();
      walked += walk.distances();
      if (gather(query, wanted, true) >= acceptedMin || isPast(parameters)) {
        List<LiveResult.Match> matches = nearest(query, wanted, true);
        if (matches.size() >= parameters.k() || isPast(parameters)) {
          return new LiveResult(matches, statistics("graph", filter, hops, walked));
        }
      }
      listSize *= 2;
    }
    gather(query, wanted, false);
    List<LiveResult.Match> matches = nearest(query, wanted, false);
    return new LiveResult(matches, statistics("scan", filter, hops, walked));
  }

  private SearchStatistics statistics(
      String how, @Nullable Predicate<LiveRecord> filter, int hops, int walked) {
    String strategy = filter == null ? how : "filtered-" + how;
    return new SearchStatistics(strategy, hops, 0, walked + distances, 0, 0);
  }

  /** Whether the farthest that the walk kept lies well beyond the radius. */
  private boolean isPast(SearchParameters parameters) {
    int size = walk.list().size();
    return size > 0
        && walk.list().distance(size - 1) > parameters.radius() + Math.abs(parameters.radius());
  }

  /**
   * Collects live nodes that the filter accepts, with their distances.
   *
   * @param isWalked whether out of the walk's candidates, or else out of all slots
   * @return how many the filter accepted
   */
  private int gather(float[] query, Wanted wanted, boolean isWalked) {
    int size = isWalked ? walk.list().size() : slots.used();
    int kept = isWalked ? size : wanted.parameters().k() + SPARE;
    if (nodes.length < 2 * kept) {
      nodes = new LiveNode[2 * kept];
      keys = new long[2 * kept];
    }
    count = 0;
    seen.clear();
    int accepted = 0;
    for (int i = 0; i < size; i++) {
      LiveNode node = slots.node(isWalked ? walk.list().id(i) : i);
      // Replaced while the walk was under way, perhaps: it could not meet the new one.
      node = node != null && node.isDead() ? node.newest() : node;
      if (node == null || !node.isLive() || !seen.add(node.slot()) || !wanted.accepts(node)) {
        continue;
      }
      float distance = graph.space().distance(query, node.slot());
      distances++;
      // The vector was this node's if the slot still is.
      VarHandle.loadLoadFence();
      if (slots.node(node.slot()) == node) {
        accepted++;
        if (count == nodes.length) {
          keepNearest(kept);
        }
        keys[count] = SortableKeys.of(distance, count);
        nodes[count++] = node;
      }
    }
    keepNearest(kept);
    return accepted;
  }

  /** Sorts what was collected and forgets all but the nearest. */
  private void keepNearest(int most) {
    Arrays.sort(keys, 0, count);
    LiveNode[] sorted = new LiveNode[nodes.length];
    count = Math.min(count, most);
    for (int i = 0; i < count; i++) {
      sorted[i] = nodes[SortableKeys.id(keys[i])];
      keys[i] = SortableKeys.of(SortableKeys.distance(keys[i]), i);
    }
    nodes = sorted;
  }

  private List<LiveResult.Match> nearest(float[] query, Wanted wanted, boolean isWalked) {
    for (int i = 0; i < TRIES; i++) {
      long stamp = changes.tryOptimisticRead();
      List<LiveResult.Match> matches = select(wanted.parameters());
      if (stamp != 0 && changes.validate(stamp) && !isOutdated) {
        return matches;
      }
      // What is not live any more may have been replaced: look again.
      gather(query, wanted, isWalked);
    }
    long stamp = changes.readLock();
    try {
      gather(query, wanted, isWalked);
      return select(wanted.parameters());
    } finally {
      changes.unlockRead(stamp);
    }
  }

  private List<LiveResult.Match> select(SearchParameters parameters) {
    isOutdated = false;
    List<LiveResult.Match> matches = new ArrayList<>(Math.min(count, parameters.k()));
    for (int i = 0; i < count && matches.size() < parameters.k(); i++) {
      float distance = SortableKeys.distance(keys[i]);
      if (distance > parameters.radius()) {
        break;
      }
      if (nodes[i].isLive()) {
        matches.add(new LiveResult.Match(nodes[i].content(), distance));
      } else {
        isOutdated = true;
      }
    }
    return matches;
  }
}
