package io.akidb.tenancy;

import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.StoreUnavailableException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * A process that dies at a certain write to a real store: just before it, or just after, when
 * nobody hears its answer. From then on nothing that it does reaches the store.
 */
final class DyingProcess {
  private static final Set<String> WRITES =
      Set.of("put", "putFile", "putIfAbsent", "compareAndSwap", "delete");

  private final ObjectStore real;
  private final int dieAt;
  private final boolean afterIt;
  private int writes;
  private boolean dead;

  /**
   * Dies at the given write, counted from 1; 0 never.
   *
   * @param afterIt whether that write still happens
   */
  DyingProcess(ObjectStore real, int dieAt, boolean afterIt) {
    this.real = real;
    this.dieAt = dieAt;
    this.afterIt = afterIt;
  }

  /** What this process writes through. */
  ObjectStore store() {
    return (ObjectStore)
        Proxy.newProxyInstance(
            DyingProcess.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              boolean isLast = WRITES.contains(method.getName()) && ++writes == dieAt;
              if (dead || (isLast && !afterIt)) {
                throw die();
              }
              Object answer;
              try {
                answer = method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (isLast) {
                throw die();
              }
              return answer;
            });
  }

  private StoreUnavailableException die() {
    dead = true;
    return new StoreUnavailableException("the process died", null);
  }

  boolean isDead() {
    return dead;
  }

  int writes() {
    return writes;
  }
}
