package io.akidb.policies;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param items at most as many as asked for; there may be fewer though more follow
 * @param unreadable ids of those that are there but damaged, or of a later version
 * @param nextCursor continues the list; null at its end
 */
public record PolicyPage<T>(List<T> items, List<String> unreadable, @Nullable String nextCursor) {
  /** Copies. */
  public PolicyPage {
    items = List.copyOf(items);
    unreadable = List.copyOf(unreadable);
  }
}
