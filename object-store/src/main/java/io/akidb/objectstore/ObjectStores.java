package io.akidb.objectstore;

/** Opens the store that a configuration names. */
public final class ObjectStores {
  private ObjectStores() {}

  /** Opens a local directory (created if missing) or an S3 bucket. The caller closes it. */
  public static ObjectStore open(BucketConfig config) {
    throw new UnsupportedOperationException(config.toString());
  }
}
