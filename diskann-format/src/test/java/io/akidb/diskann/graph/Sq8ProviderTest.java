package io.akidb.diskann.graph;

import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexProviderContract;
import io.akidb.diskann.TestProviders;

class Sq8ProviderTest extends IndexProviderContract {
  @Override
  protected IndexProvider provider() {
    return TestProviders.of("sq8");
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }
}
