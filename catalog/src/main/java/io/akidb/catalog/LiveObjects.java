package io.akidb.catalog;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Everything that the kept generations list.
 *
 * <p>Between two publications of an index a collection only grows: each generation lists all that
 * the one before it listed. So the union over all kept generations is that over the head and over
 * the last generation before each publication since, which are found by going back from publication
 * to publication.
 */
record LiveObjects(Set<UUID> segments, Set<UUID> pages, Set<UUID> builds) {

  static LiveObjects none() {
    return new LiveObjects(new HashSet<>(), new HashSet<>(), new HashSet<>());
  }

  /** Adds what the generations from {@code oldest} to {@code head} list. */
  void add(Head head, long oldest, Commits commits, Pages reader) {
    Head current = head;
    add(current, reader);
    while (current.index() != null && current.index().generation() > oldest) {
      long before = current.index().generation() - 1;
      Optional<Manifest> previous = commits.readGeneration(before);
      if (previous.isEmpty()) {
        throw new CorruptManifestException("generations/" + before + " should be kept", null);
      }
      current = previous.get().head();
      add(current, reader);
    }
  }

  private void add(Head head, Pages reader) {
    PublishedIndex index = head.index();
    if (index != null) {
      builds.add(index.ref().buildId());
    }
    head.segments().newest().forEach(ref -> segments.add(ref.segment().id()));
    List<List<PageRef>> levels = head.segments().levels();
    for (int level = levels.size(); level >= 1; level--) {
      for (PageRef page : levels.get(level - 1)) {
        add(page, level, reader);
      }
    }
  }

  private void add(PageRef page, int level, Pages reader) {
    if (!pages.add(page.id())) {
      return; // a page is immutable, and so is what lies behind it
    }
    if (level == 1) {
      reader.readSegments(page).forEach(ref -> segments.add(ref.segment().id()));
    } else {
      reader.readPages(page).forEach(child -> add(child, level - 1, reader));
    }
  }
}
