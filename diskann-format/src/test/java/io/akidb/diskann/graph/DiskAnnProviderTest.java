package io.akidb.diskann.graph;

import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexProviderContract;

class DiskAnnProviderTest extends IndexProviderContract {
  @Override
  protected IndexProvider provider() {
    return IndexProvider.of("diskann");
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }
}
