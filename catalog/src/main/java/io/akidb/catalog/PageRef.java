package io.akidb.catalog;

import java.util.UUID;

/**
 * An immutable page of the list of segments: of segments at level 1, of pages of the level below
 * elsewhere.
 *
 * @param totals over all segments behind it, live or not
 * @param check of the page's own object
 */
record PageRef(
    UUID id, long firstSequence, long lastSequence, Head.Totals totals, ObjectCheck check) {
  PageRef {
    if (firstSequence > lastSequence) {
      throw new IllegalArgumentException("a page that ends before it begins");
    }
  }
}
