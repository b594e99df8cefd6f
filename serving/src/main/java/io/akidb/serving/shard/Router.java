package io.akidb.serving.shard;

/** Which partitions a query should be sent to. Immutable. */
@FunctionalInterface
interface Router {
  /** All partitions, the most promising first. */
  int[] byNearness(float[] query);
}
