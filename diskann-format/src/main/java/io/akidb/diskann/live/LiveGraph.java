package io.akidb.diskann.live;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.IndexSchema;

/** What the parts of a live index share. */
final class LiveGraph implements AutoCloseable {
  static final int NO_ENTRY = -1;

  private static final double SLACK = 1.25;

  private final IndexSchema schema;
  private final BuildParameters parameters;
  private final LiveSlots slots;
  private final LiveSpace space;
  private volatile int entry = NO_ENTRY;

  LiveGraph(IndexSchema schema, BuildParameters parameters, int slotsMax) {
    this.schema = schema;
    this.parameters = parameters;
    // Room for a few more edges than R: a list is pruned less often.
    int capacity = (int) (parameters.maxDegree() * SLACK);
    this.slots = new LiveSlots(schema.dimension(), capacity, slotsMax);
    this.space = new LiveSpace(schema, slots);
  }

  IndexSchema schema() {
    return schema;
  }

  BuildParameters parameters() {
    return parameters;
  }

  LiveSlots slots() {
    return slots;
  }

  LiveSpace space() {
    return space;
  }

  /** Where walks start; negative while there is nothing to walk to. */
  int entry() {
    return entry;
  }

  void enterAt(int slot) {
    entry = slot;
  }

  /** Makes the slot the entry if there is none; whether it is now. */
  synchronized boolean enterFirst(int slot) {
    if (entry >= 0) {
      return false;
    }
    entry = slot;
    return true;
  }

  @Override
  public void close() {
    slots.close();
  }
}
