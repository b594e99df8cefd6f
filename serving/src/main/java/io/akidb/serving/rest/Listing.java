package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.PolicyPage;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pages as callers read them. */
final class Listing {
  private Listing() {}

  /** A page of users, roles or keys. */
  static <T> ObjectNode of(PolicyPage<T> page, Function<T, ObjectNode> json) {
    return of(page.items(), page.unreadable(), page.nextCursor(), json);
  }

  /**
   * A page.
   *
   * @param unreadable ids of what is there and cannot be read, told where there is any
   */
  static <T> ObjectNode of(
      List<T> items,
      List<String> unreadable,
      @Nullable String nextCursor,
      Function<T, ObjectNode> json) {
    ObjectNode body = Json.object();
    var array = body.putArray("items");
    items.forEach(item -> array.add(json.apply(item)));
    if (!unreadable.isEmpty()) {
      unreadable.forEach(body.putArray("unreadable")::add);
    }
    body.put("next_cursor", nextCursor);
    return body;
  }
}
