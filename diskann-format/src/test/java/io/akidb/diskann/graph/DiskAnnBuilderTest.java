package io.akidb.diskann.graph;

import io.akidb.diskann.IndexBuilderContract;
import io.akidb.diskann.IndexProvider;

class DiskAnnBuilderTest extends IndexBuilderContract {
  @Override
  protected IndexProvider provider() {
    return IndexProvider.of("diskann");
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }
}
