package io.akidb.diskann.flat;

import io.akidb.diskann.IndexBuilderContract;
import io.akidb.diskann.IndexProvider;

class FlatBuilderTest extends IndexBuilderContract {
  @Override
  protected IndexProvider provider() {
    return IndexProvider.of("flat");
  }

  @Override
  protected double recallMin() {
    return 1;
  }
}
