package io.akidb.objectstore;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a listing.
 *
 * @param objects in ascending key order
 * @param nextStartAfter pass as {@code startAfter} for the next page; null when this is the last
 */
public record ListPage(List<ObjectMetadata> objects, @Nullable String nextStartAfter) {
  /** Copies the list. */
  public ListPage {
    objects = List.copyOf(objects);
  }
}
