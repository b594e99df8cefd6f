package io.akidb.diskann.flat;

import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexProviderContract;
import io.akidb.diskann.MergingProvider;

/** A merged shard is searched as one that was built. */
class FlatMergeProviderTest extends IndexProviderContract {
  @Override
  protected IndexProvider provider() {
    return new MergingProvider(IndexProvider.of("flat"));
  }

  @Override
  protected double recallMin() {
    return 1;
  }
}
