package io.akidb.diskann.graph;

import io.akidb.diskann.IndexBuilderContract;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.MergingProvider;

/** A merge is reported, cancelled and repeated as a build is. */
class DiskAnnMergeBuilderTest extends IndexBuilderContract {
  @Override
  protected IndexProvider provider() {
    return new MergingProvider(IndexProvider.of("diskann"));
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }
}
