package io.akidb.diskann.flat;

import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexProviderContract;

class FlatProviderTest extends IndexProviderContract {
  @Override
  protected IndexProvider provider() {
    return IndexProvider.of("flat");
  }

  @Override
  protected double recallMin() {
    return 1;
  }
}
