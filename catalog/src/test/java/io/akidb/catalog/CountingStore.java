package io.akidb.catalog;

import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.TreeMap;

/** Counts what a store is asked. */
final class CountingStore {
  final Map<String, Integer> requests = new TreeMap<>();
  final ObjectStore store;
  long bytesWritten;
  long bytesRead;

  CountingStore(ObjectStore target) {
    this.store =
        (ObjectStore)
            Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                  try {
                    Object answer = method.invoke(target, arguments);
                    count(method.getName(), arguments, answer);
                    return answer;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  private void count(String method, Object[] arguments, Object answer) {
    requests.merge(method, 1, Integer::sum);
    Object last = arguments == null ? null : arguments[arguments.length - 1];
    if (last instanceof byte[] content) {
      bytesWritten += content.length;
    }
    if (answer instanceof ObjectContent content) {
      bytesRead += content.bytes().length;
    }
  }

  int total() {
    return requests.values().stream().mapToInt(Integer::intValue).sum();
  }

  void reset() {
    requests.clear();
    bytesWritten = 0;
    bytesRead = 0;
  }
}
