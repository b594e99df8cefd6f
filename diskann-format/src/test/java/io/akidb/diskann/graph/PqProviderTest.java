package io.akidb.diskann.graph;

import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexProviderContract;
import io.akidb.diskann.TestProviders;

class PqProviderTest extends IndexProviderContract {
  @Override
  protected IndexProvider provider() {
    return TestProviders.of("pq");
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }
}
