package io.akidb.build;

import java.util.Locale;

/**
 * The steps of a build, in their order, each with the share of the whole that it usually takes.
 * {@code done} and {@code total} of a phase count rows.
 */
enum Phase {
  /** Takes the lease, reads the manifest, looks for what an earlier attempt left. */
  PREPARE(0.01),
  /** Reads segments and the previous shards, and keeps the newest record of each id. */
  READ(0.12),
  /** Trains centroids and the codebook on a sample. */
  TRAIN(0.05),
  /** Counts how many rows each partition gets, and splits the ones that are too large. */
  PARTITION(0.07),
  /** Moves rows to their partitions and builds the shards. */
  BUILD(0.73),
  /** Checks the counts and commits. */
  PUBLISH(0.02);

  private final double weight;

  Phase(double weight) {
    this.weight = weight;
  }

  /** The part of the whole that is done, 0 to 1, when {@code part} (0 to 1) of this phase is. */
  double overall(double part) {
    double before = 0;
    for (Phase phase : values()) {
      if (phase == this) {
        return Math.min(1, before + weight * Math.clamp(part, 0.0, 1.0));
      }
      before += phase.weight;
    }
    return before;
  }

  /** In lower case, as JSON and the build request show it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
