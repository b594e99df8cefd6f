package io.akidb.serving;

import io.akidb.objectstore.InterceptedStore;
import io.akidb.objectstore.ObjectStore;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A real store in front of which a test may step: called with the method's name and the key before
 * each call.
 */
public final class HookedStore extends InterceptedStore {
  private volatile BiConsumer<String, String> hook = (method, key) -> {};

  public HookedStore(ObjectStore store) {
    super(store);
  }

  public void before(BiConsumer<String, String> newHook) {
    hook = newHook;
  }

  @Override
  protected <T> T read(String method, String key, Supplier<T> call) {
    hook.accept(method, key);
    return call.get();
  }

  @Override
  protected <T> T write(String method, String key, Supplier<T> call) {
    hook.accept(method, key);
    return call.get();
  }
}
