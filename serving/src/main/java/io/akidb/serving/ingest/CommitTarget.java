package io.akidb.serving.ingest;

import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a batch is committed to, and who is told. */
public interface CommitTarget {
  /** The collection in the bucket. */
  VectorCollection collection();

  /** The greatest order that this node knows to be committed. */
  long maxOrder();

  /** Makes a commit searchable. */
  void applyCommitted(Manifest committed, Map<UUID, List<VectorRecord>> own);
}
