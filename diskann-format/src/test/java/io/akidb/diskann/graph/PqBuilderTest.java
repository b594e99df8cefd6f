package io.akidb.diskann.graph;

import io.akidb.diskann.IndexBuilderContract;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.TestProviders;

class PqBuilderTest extends IndexBuilderContract {
  @Override
  protected IndexProvider provider() {
    return TestProviders.of("pq");
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }
}
