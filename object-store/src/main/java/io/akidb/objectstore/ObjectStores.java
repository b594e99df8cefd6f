package io.akidb.objectstore;

import java.nio.file.Path;
import java.time.Clock;

/** Opens the store that a configuration names. */
public final class ObjectStores {
  private ObjectStores() {}

  /**
   * Opens a local directory or an S3 bucket, either created if missing. The caller closes it.
   *
   * @throws InvalidRequestException if the configuration is wrong, or the bucket is missing and may
   *     not be created
   * @throws StoreAccessDeniedException if the service does not take the credentials
   * @throws StoreUnavailableException if the service or directory cannot be reached
   */
  public static ObjectStore open(BucketConfig config) {
    if (config.isS3()) {
      return MinioStore.open(config);
    }
    return new LocalDirectoryStore(Path.of(config.bucket()), Clock.systemUTC());
  }
}
