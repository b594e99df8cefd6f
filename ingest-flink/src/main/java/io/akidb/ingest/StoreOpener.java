package io.akidb.ingest;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import java.io.Serializable;

/** Opens the bucket in whichever process a part of the job runs; travels there with it. */
@FunctionalInterface
interface StoreOpener extends Serializable {
  /** Opens it; the caller closes the store. */
  ObjectStore open(BucketConfig config);
}
