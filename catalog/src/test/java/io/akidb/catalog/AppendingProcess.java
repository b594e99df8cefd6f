package io.akidb.catalog;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * Appends records one by one to the test's collection and prints the id of each that is committed.
 */
final class AppendingProcess {
  private AppendingProcess() {}

  /** Arguments: the bucket's directory, the prefix of the ids, how many. */
  public static void main(String[] arguments) throws Exception {
    BucketConfig config =
        new BucketConfig(arguments[0], null, BucketConfig.DEFAULT_REGION, null, null);
    Path temporary = Files.createTempFile("appending", ".avro");
    try (ObjectStore store = ObjectStores.open(config)) {
      VectorCollection collection =
          new Catalog(store, Clock.systemUTC()).open(Fixture.TENANT, Fixture.PRODUCTS);
      for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
        String id = arguments[1] + i;
        try (SegmentWriter writer = collection.newSegment(temporary)) {
          writer.add(Fixture.row(id, i));
          collection.append(List.of(writer.finish()), null, -1);
        }
        System.out.println(id);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
