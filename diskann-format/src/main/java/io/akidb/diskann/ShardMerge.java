package io.akidb.diskann;

/**
 * Makes a shard out of one that is there, the ids that are gone from it, and fresh records, without
 * building its graph anew (the streaming merge of FreshDiskANN, Singh et al., 2021, section 5): the
 * graph is carried over, deleted nodes give their neighbours to those who knew them, fresh vectors
 * are inserted, and what cannot be reached any more is joined. The old shard is read and left as it
 * is.
 *
 * <p>A record that is added stands for the old shard's of its id. Otherwise as {@link
 * IndexBuilder}: for one thread, on work files, with at most {@code 4} bytes of heap a vector of
 * the old shard more than a build takes. Attributes that the old shard's schema has and the new
 * one's has not are left behind; those it has not are absent from its records.
 */
public interface ShardMerge extends IndexBuilder {
  /**
   * Leaves a record of the old shard behind. What was added is not meant.
   *
   * @return false if it has no such record, or it was left behind before
   */
  boolean delete(String vectorId);

  /** Records of the old shard that are carried over, and those that were added. */
  @Override
  int size();
}
