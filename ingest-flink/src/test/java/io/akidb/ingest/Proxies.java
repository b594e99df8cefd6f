package io.akidb.ingest;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Stands in for the large interfaces of the engine of which a test needs one method. */
final class Proxies {
  private Proxies() {}

  interface Answer {
    @org.jspecify.annotations.Nullable
    Object to(Method method, Object[] arguments);
  }

  @SuppressWarnings("unchecked") // a proxy of exactly this type
  static <T> T of(Class<? super T> type, Answer answer) {
    return (T)
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                answer.to(method, arguments == null ? new Object[0] : arguments));
  }
}
