package io.akidb.diskann.live;

import io.akidb.diskann.Kernels;
import java.util.BitSet;

/** The node nearest to the mean of all in the space of the graph: the root. */
final class LiveMedoid {
  private final LiveSlots slots;
  private final BitSet dead;
  private final int used;
  private final float[] vector;
  private final float[] mean;

  /** Of the nodes below a slot that are not dead, of which there is one. */
  LiveMedoid(LiveGraph graph, BitSet dead, int used) {
    this.slots = graph.slots();
    this.dead = dead;
    this.used = used;
    this.vector = new float[slots.paddedDimension()];
    this.mean = new float[vector.length];
  }

  int slot() {
    double[] sum = new double[vector.length];
    int count = 0;
    for (int slot = 0; slot < used; slot++) {
      if (load(slot)) {
        count++;
        for (int d = 0; d < vector.length; d++) {
          sum[d] += vector[d];
        }
      }
    }
    for (int d = 0; d < mean.length; d++) {
      mean[d] = (float) (sum[d] / Math.max(1, count));
    }
    int best = LiveEntries.NO_ENTRY;
    float bestDistance = Float.POSITIVE_INFINITY;
    for (int slot = 0; slot < used; slot++) {
      if (load(slot)) {
        float distance = Kernels.squaredL2(vector, mean);
        if (best < 0 || distance < bestDistance) {
          bestDistance = distance;
          best = slot;
        }
      }
    }
    return best;
  }

  private boolean load(int slot) {
    if (dead.get(slot) || slots.node(slot) == null) {
      return false;
    }
    slots.vector(slot, vector);
    float scale = slots.scale(slot);
    for (int d = 0; d < vector.length; d++) {
      vector[d] *= scale;
    }
    return true;
  }
}
