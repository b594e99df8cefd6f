package io.akidb.diskann.live;

/** All places of a live index are taken. Nothing was inserted; what it holds can be searched on. */
public final class LiveIndexFullException extends IllegalStateException {
  LiveIndexFullException(int vectorsMax, int tombstones) {
    super(
        "the live index has no place left of "
            + vectorsMax
            + ", "
            + tombstones
            + " of them deleted: consolidate it, or merge it into a shard");
  }
}
