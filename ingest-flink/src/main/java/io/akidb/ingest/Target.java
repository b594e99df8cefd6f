package io.akidb.ingest;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Where records go. Travels to the workers; credentials do not: each worker reads its own
 * environment.
 *
 * @param bucket a directory or {@code s3://}
 * @param endpoint of the S3 service, or null
 * @param tenant whose collection
 * @param collection its name
 * @param writer under which checkpoints are committed
 * @param segmentRowsMax rows at which a segment is closed
 * @param segmentBytesMax bytes at which a segment is closed
 * @param opener opens the bucket, here and at the workers
 */
record Target(
    String bucket,
    @Nullable String endpoint,
    String tenant,
    String collection,
    String writer,
    int segmentRowsMax,
    long segmentBytesMax,
    StoreOpener opener)
    implements Serializable {

  Target(
      String bucket,
      @Nullable String endpoint,
      String tenant,
      String collection,
      String writer,
      int segmentRowsMax,
      long segmentBytesMax) {
    this(
        bucket,
        endpoint,
        tenant,
        collection,
        writer,
        segmentRowsMax,
        segmentBytesMax,
        ObjectStores::open);
  }

  ObjectStore openStore() {
    return opener.open(BucketConfig.fromEnvironment(System.getenv(), bucket, endpoint));
  }

  /** Where its checkpoints lie: apart from those of other collections and writers. */
  Path checkpoints(Path directory) {
    // No writer's name has a tilde.
    return directory
        .resolve(tenant)
        .resolve(collection)
        .resolve("writer~" + writer.replace(':', '~'));
  }

  TenantContext context() {
    return new TenantContext(new TenantId(tenant), "ingest:" + writer);
  }

  VectorCollection open(ObjectStore store) {
    return new Catalog(store, Clock.systemUTC()).open(context(), new CollectionName(collection));
  }
}
