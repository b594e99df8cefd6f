package io.akidb.objectstore;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of folder names.
 *
 * @param names without the prefix and without slashes, in the order of the keys below them
 * @param nextStartAfter pass as {@code startAfter} for the next page; null when this is the last
 */
public record FolderPage(List<String> names, @Nullable String nextStartAfter) {
  /** Copies the list. */
  public FolderPage {
    names = List.copyOf(names);
  }
}
