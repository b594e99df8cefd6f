package io.akidb.diskann.graph;

import io.akidb.diskann.kernel.SortableKeys;
import java.util.Arrays;

/**
 * Chooses a node's neighbours out of candidates (DiskANN, Algorithm 2): the nearest is kept, and a
 * farther one is dropped when one that was kept is nearer to it, by the factor alpha, than the node
 * is. Candidates that pass without the factor come first; then, if there is room, those that pass
 * with it. Each pair is compared at most once, and pairs that an earlier pruning of the same node
 * kept together not at all: they pass each other still.
 *
 * <p>Vectors equal to the node's own take at most a quarter of the places, and which ones differs
 * from node to node: so the copies of a vector, however many, know each other without losing the
 * rest. For one thread.
 */
public final class RobustPrune {
  private static final int OLD = 1 << 31;

  private final BuildSpace space;
  private final int maxDegree;
  private final float alpha;

  private long[] candidates = new long[512];
  private int count;
  private int salt;

  /** Of each candidate: how many of the kept it was compared with, and the worst factor found. */
  private int[] compared = new int[512];

  private float[] factors = new float[512];

  private final int[] kept;
  private final int[] keptCandidates;
  private int degree;
  private final int copiesMax;
  private int copies;

  public RobustPrune(BuildSpace space, int maxDegree, float alpha) {
    this.space = space;
    this.maxDegree = maxDegree;
    this.alpha = alpha;
    this.kept = new int[maxDegree];
    this.keptCandidates = new int[maxDegree];
    this.copiesMax = maxDegree / 4;
  }

  /** Forgets all candidates, to choose neighbours of a node. */
  public void reset(int node) {
    count = 0;
    // Decides between equal distances only: no two nodes should prefer the same ones.
    salt = (node * 0x9E3779B9) >>> 1;
  }

  /**
   * Takes a candidate, each once.
   *
   * @param distance from the node
   * @param isOld whether an earlier pruning of this node kept it
   */
  public void offer(float distance, int id, boolean isOld) {
    if (count == candidates.length) {
      candidates = Arrays.copyOf(candidates, count * 2);
      compared = new int[candidates.length];
      factors = new float[candidates.length];
    }
    candidates[count++] = SortableKeys.of(distance, (id ^ salt) | (isOld ? OLD : 0));
  }

  /** Chooses; {@link #kept} then holds that many. */
  public int prune() {
    Arrays.sort(candidates, 0, count);
    Arrays.fill(compared, 0, count, 0);
    Arrays.fill(factors, 0, count, 0);
    degree = 0;
    copies = 0;
    choose(1);
    if (alpha > 1) {
      choose(alpha);
    }
    return degree;
  }

  /** The neighbours that {@link #prune} chose. */
  public int[] kept() {
    return kept;
  }

  private void choose(float allowed) {
    for (int c = 0; c < count && degree < maxDegree; c++) {
      if (factors[c] <= allowed && passes(c, allowed)) {
        factors[c] = Float.POSITIVE_INFINITY;
        kept[degree] = id(c);
        keptCandidates[degree++] = c;
      }
    }
  }

  private boolean passes(int c, float allowed) {
    float distance = SortableKeys.distance(candidates[c]);
    if (distance <= 0) {
      return copies++ < copiesMax;
    }
    boolean isOld = isOld(c);
    while (compared[c] < degree) {
      int other = keptCandidates[compared[c]++];
      if (other > c || (isOld && isOld(other))) {
        continue;
      }
      float apart = space.between(id(c), id(other));
      float factor = apart > 0 ? distance / apart : Float.POSITIVE_INFINITY;
      factors[c] = Math.max(factors[c], factor);
      if (factors[c] > allowed) {
        return false;
      }
    }
    return true;
  }

  private int id(int c) {
    return (SortableKeys.id(candidates[c]) & ~OLD) ^ salt;
  }

  private boolean isOld(int c) {
    return (SortableKeys.id(candidates[c]) & OLD) != 0;
  }
}
