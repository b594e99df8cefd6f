package io.akidb.ingest;

/** Targets of a test's collection. */
final class TestTargets {
  private TestTargets() {}

  static Target of(Collected collected) {
    return of(collected, 1_000, 1L << 30);
  }

  static Target of(Collected collected, int segmentRowsMax, long segmentBytesMax) {
    return new Target(
        collected.config.bucket(),
        null,
        Collected.TENANT,
        Collected.COLLECTION,
        "test",
        segmentRowsMax,
        segmentBytesMax);
  }
}
