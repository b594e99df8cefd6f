package io.akidb.diskann.graph;

import io.akidb.diskann.IndexBuilderContract;
import io.akidb.diskann.IndexProvider;

class PartitionedBuilderTest extends IndexBuilderContract {
  @Override
  protected IndexProvider provider() {
    return new PartitioningProvider(3);
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }
}
