package io.akidb.catalog;

import io.akidb.tenancy.CollectionName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a tenant's collections.
 *
 * @param names ascending
 * @param nextStartAfter pass as {@code startAfter} for the next page; null when this is the last
 */
public record CollectionPage(List<CollectionName> names, @Nullable String nextStartAfter) {
  /** Copies the list. */
  public CollectionPage {
    names = List.copyOf(names);
  }
}
