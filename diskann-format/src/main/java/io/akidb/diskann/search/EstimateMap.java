package io.akidb.diskann.search;

import java.util.Arrays;

/**
 * What a walk knows of the nodes that it has met: an estimate of each one's distance, or {@link
 * #NEW}, {@link #MET}, {@link #CLOSED}. Cleared often: open addressing, at most half full. For one
 * thread.
 */
public final class EstimateMap {
  /** Of a node that was not met before; not a number. */
  public static final float NEW = Float.NaN;

  /** Of a node whose estimate nobody will ask for. */
  public static final float MET = Float.POSITIVE_INFINITY;

  /** Of a node that is done with. */
  public static final float CLOSED = Float.NEGATIVE_INFINITY;

  private static final int EMPTY = -1;

  private int[] ids = new int[4096];
  private float[] estimates = new float[4096];
  private int size;

  public EstimateMap() {
    Arrays.fill(ids, EMPTY);
  }

  public void clear() {
    Arrays.fill(ids, EMPTY);
    size = 0;
  }

  /** Where the estimate of an id is, which is taken in if it is new; good until the next call. */
  public int place(int id) {
    int at = find(id);
    if (ids[at] == EMPTY) {
      if (++size * 2 > ids.length) {
        grow();
        at = find(id);
      }
      ids[at] = id;
      estimates[at] = NEW;
    }
    return at;
  }

  public float estimate(int place) {
    return estimates[place];
  }

  public void set(int place, float estimate) {
    estimates[place] = estimate;
  }

  private int find(int id) {
    int mask = ids.length - 1;
    int at = ((id * 0x9E3779B9) >>> 8) & mask;
    while (ids[at] != EMPTY && ids[at] != id) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    int[] oldIds = ids;
    float[] oldEstimates = estimates;
    ids = new int[oldIds.length * 4];
    estimates = new float[ids.length];
    Arrays.fill(ids, EMPTY);
    for (int i = 0; i < oldIds.length; i++) {
      if (oldIds[i] != EMPTY) {
        int at = find(oldIds[i]);
        ids[at] = oldIds[i];
        estimates[at] = oldEstimates[i];
      }
    }
  }
}
