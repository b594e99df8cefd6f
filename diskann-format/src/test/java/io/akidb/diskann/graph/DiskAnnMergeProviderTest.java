package io.akidb.diskann.graph;

import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexProviderContract;
import io.akidb.diskann.MergingProvider;

/** A merged shard is searched as one that was built. */
class DiskAnnMergeProviderTest extends IndexProviderContract {
  @Override
  protected IndexProvider provider() {
    return new MergingProvider(IndexProvider.of("diskann"));
  }

  @Override
  protected double recallMin() {
    // 0.905 of the far half only, 0.95 of all else: IncrementalRecallIT compares with fresh builds.
    return 0.88;
  }

  @Override
  protected double copiesRecallMin() {
    // A copy that deleted ones alone led to may be reached from far away only.
    return 0.98;
  }
}
