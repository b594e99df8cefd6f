package io.akidb.build;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Iterator;
import java.util.UUID;
import scala.Tuple2;

/** Writes the tombstones that a build carries on, on an executor. */
record TombstoneTask(StoreAccess access, CollectionAddress address, UUID buildId)
    implements Serializable {
  /** Writes them in the order they come; none is nothing to write. Answers how many. */
  long run(Iterator<Tuple2<String, Candidate>> tombstones) throws IOException {
    Path folder = Scratch.folder("tombstones-");
    try (ObjectStore store = access.open();
        SegmentWriter writer =
            new Catalog(store, Clock.systemUTC())
                .open(address.context(), address.name())
                .newTombstones(buildId, folder.resolve("tombstones.avro"))) {
      while (tombstones.hasNext()) {
        Tuple2<String, Candidate> tombstone = tombstones.next();
        writer.add(VectorRecord.tombstone(tombstone._1(), tombstone._2().order()));
      }
      int rows = writer.rows();
      if (rows > 0) {
        writer.finish();
      }
      return rows;
    } finally {
      Scratch.delete(folder);
    }
  }
}
