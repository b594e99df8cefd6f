package io.akidb.ingest;

import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.WriterEpoch;
import io.akidb.objectstore.ObjectStore;
import java.io.Serializable;
import java.util.UUID;

/**
 * What a start of the job holds: the right to commit, taken once by whoever starts it. All attempts
 * of that start share it, so that a job that was replaced does not take it back when one of its
 * workers restarts.
 *
 * @param collectionId of the collection, which tells it from a later one of the same name
 * @param epoch the right to commit
 */
record WriterStart(UUID collectionId, WriterEpoch epoch) implements Serializable {
  /** Takes it; an older job under the same writer's name is refused from now on. */
  static WriterStart take(Target target) {
    try (ObjectStore store = target.openStore()) {
      VectorCollection collection = target.open(store);
      return new WriterStart(
          collection.head().collectionId(), collection.acquireWriter(target.writer()));
    }
  }
}
