package io.akidb.catalog;

import java.io.Serializable;
import java.util.UUID;

/**
 * A segment that is in the bucket and that no generation lists yet.
 *
 * @param id its object's name; a version 7 UUID, so that its age is known
 * @param rows records in it, tombstones included
 * @param tombstones how many of them delete
 * @param bytes of the object
 * @param crc32c of the object's bytes
 * @param minOrder smallest {@link VectorRecord#order} in it
 * @param maxOrder greatest {@link VectorRecord#order} in it
 */
public record StagedSegment(
    UUID id, int rows, int tombstones, long bytes, int crc32c, long minOrder, long maxOrder)
    implements Serializable {
  /** Checks the numbers. */
  public StagedSegment {
    if (rows < 1 || tombstones < 0 || tombstones > rows || bytes < 1 || minOrder > maxOrder) {
      throw new IllegalArgumentException("not a segment's figures: " + rows + " rows");
    }
  }
}
