package io.akidb.diskann.live;

import io.akidb.diskann.graph.BuildSpace;
import io.akidb.diskann.graph.EntryNodes;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Where walks begin: the root, from which consolidation makes all reachable, and slots far from
 * each other. In a set of many clusters few edges lead from one into another, and a walk from the
 * root alone may end in a wrong one.
 *
 * <p>They are chosen anew, the farthest first, whenever as many were inserted as there were then,
 * and when the deleted are taken out. In between an inserted slot becomes one if it lies well
 * beyond what they covered when they were chosen, as the first of a new cluster does (the rule of
 * the doubling algorithm: Charikar et al., Incremental Clustering and Dynamic Information
 * Retrieval, STOC 1997). Readers take no lock; with one writer the entries follow from the seed.
 */
final class LiveEntries {
  static final int NO_ENTRY = -1;

  private static final int COUNT_MIN = 16;
  private static final int COUNT_MAX = 1024;

  /** Inserts before the first choice: fewer vectors are scanned. */
  private static final int FIRST = 256;

  private static final int SAMPLED = 4;

  /** Twice as far as the farthest that was covered, in squared distances. */
  private static final float BEYOND = 4;

  private final LiveSlots slots;
  private final LiveSpace space;
  private final long seed;
  private final AtomicInteger insertsLeft = new AtomicInteger(FIRST);

  /** The root first; never changed in its place. */
  private volatile int[] entries = {};

  private volatile float covered = Float.POSITIVE_INFINITY;

  /** Guarded by this, as what replaces entries is. */
  private int countMax;

  LiveEntries(LiveSlots slots, LiveSpace space, long seed) {
    this.slots = slots;
    this.space = space;
    this.seed = seed;
  }

  /** How many an index of so many vectors gets: each is compared with in each walk. */
  static int countFor(int size) {
    return Math.clamp((int) Math.sqrt(size), COUNT_MIN, COUNT_MAX);
  }

  /** The entries, the root first; none while there is nothing to walk to. Not to be changed. */
  int[] all() {
    return entries;
  }

  /** Where all can be reached from; negative while there is nothing to walk to. */
  int root() {
    int[] now = entries;
    return now.length == 0 ? NO_ENTRY : now[0];
  }

  /** Makes the slot the root if there is none; whether it is now. */
  synchronized boolean addFirst(int slot) {
    if (entries.length > 0) {
      return false;
    }
    entries = new int[] {slot};
    return true;
  }

  /** Forgets all. */
  synchronized void clear() {
    entries = new int[0];
    covered = Float.POSITIVE_INFINITY;
    insertsLeft.set(FIRST);
  }

  /**
   * Takes notice of a slot that was joined to the graph.
   *
   * @param nearest its distance from the nearest entry
   */
  void inserted(int slot, float nearest) {
    if (nearest > BEYOND * covered) {
      add(slot);
    }
    if (insertsLeft.decrementAndGet() == 0) {
      chooseAgain();
    }
  }

  private synchronized void chooseAgain() {
    // Asked under the lock: a root of before a consolidation is about to be freed.
    choose(root());
  }

  private synchronized void add(int slot) {
    int[] now = entries;
    if (now.length > 0 && now.length < countMax) {
      int[] more = Arrays.copyOf(now, now.length + 1);
      more[now.length] = slot;
      entries = more;
    }
  }

  /**
   * Chooses anew among slots whose nodes are live, those that are entries before others.
   *
   * @param root a slot that is not to be freed; negative to leave all as it is
   */
  synchronized void choose(int root) {
    int size = slots.used() - slots.freeCount();
    insertsLeft.set(Math.max(FIRST, size));
    if (root < 0) {
      return;
    }
    int count = countFor(size);
    int[] sample = sample(root, SAMPLED * count);
    Sample sampled = new Sample(space, sample);
    int[] chosen = EntryNodes.choose(sampled, 0, Math.min(count, sample.length), seed);
    covered = chosen.length < count ? Float.POSITIVE_INFINITY : lastDistance(sampled, chosen);
    countMax = count + count / 2;
    entries = Arrays.stream(chosen).map(i -> sample[i]).toArray();
  }

  /** How far the last one is from the nearest of the others: they cover all that was sampled. */
  private static float lastDistance(BuildSpace sampled, int[] chosen) {
    float nearest = Float.POSITIVE_INFINITY;
    int last = chosen[chosen.length - 1];
    for (int i = 0; i < chosen.length - 1; i++) {
      nearest = Math.min(nearest, sampled.between(last, chosen[i]));
    }
    return nearest;
  }

  /** The root, the entries, and one slot out of each of equally long runs; live, none twice. */
  private int[] sample(int root, int most) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] now = entries;
    int used = slots.used();
    int runs = Math.min(used, most - now.length - 1);
    IntStream others =
        IntStream.range(0, runs)
            .map(
                i -> {
                  long from = (long) i * used / runs;
                  return (int) random.nextLong(from, (long) (i + 1) * used / runs);
                });
    return IntStream.concat(
            IntStream.of(root), IntStream.concat(Arrays.stream(now), others).filter(this::isLive))
        .distinct()
        .toArray();
  }

  private boolean isLive(int slot) {
    LiveNode node = slots.node(slot);
    return node != null && node.isLive();
  }

  /** Some slots, by their place in an array. */
  private static final class Sample implements BuildSpace {
    private final LiveSpace space;
    private final int[] slots;

    Sample(LiveSpace space, int[] slots) {
      this.space = space;
      this.slots = slots;
    }

    @Override
    public int size() {
      return slots.length;
    }

    @Override
    public float between(int i, int j) {
      return space.between(slots[i], slots[j]);
    }
  }
}
