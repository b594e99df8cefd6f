package io.akidb.build;

import io.akidb.objectstore.InterceptedStore;
import io.akidb.objectstore.ObjectStore;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A real store that tells of each put before it happens, so that a test can act, or fail it, at
 * that very moment. Stays open for the test when the job closes it.
 */
final class HookedStore extends InterceptedStore {
  private final Consumer<String> beforePut;

  HookedStore(ObjectStore store, Consumer<String> beforePut) {
    super(store);
    this.beforePut = beforePut;
  }

  @Override
  protected <T> T write(String method, String key, Supplier<T> call) {
    if (!method.equals("delete")) {
      beforePut.accept(key);
    }
    return call.get();
  }

  @Override
  public void close() {}
}
