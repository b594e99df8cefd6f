package io.akidb.diskann.live;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.IndexSchema;

/** What the parts of a live index share. */
final class LiveGraph implements AutoCloseable {
  private static final double SLACK = 1.25;

  private final IndexSchema schema;
  private final BuildParameters parameters;
  private final LiveSlots slots;
  private final LiveSpace space;
  private final LiveEntries entries;

  LiveGraph(IndexSchema schema, BuildParameters parameters, int slotsMax) {
    this.schema = schema;
    this.parameters = parameters;
    // Room for a few more edges than R: a list is pruned less often.
    int capacity = (int) (parameters.maxDegree() * SLACK);
    this.slots = new LiveSlots(schema.dimension(), capacity, slotsMax);
    this.space = new LiveSpace(schema, slots);
    this.entries = new LiveEntries(slots, space, parameters.seed());
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

  LiveEntries entries() {
    return entries;
  }

  @Override
  public void close() {
    slots.close();
  }
}
