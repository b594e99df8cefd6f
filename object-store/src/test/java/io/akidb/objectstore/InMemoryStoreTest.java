package io.akidb.objectstore;

import java.time.Clock;

class InMemoryStoreTest extends ObjectStoreContract {
  @Override
  protected ObjectStore openEmpty() {
    return new InMemoryStore(Clock.systemUTC());
  }
}
