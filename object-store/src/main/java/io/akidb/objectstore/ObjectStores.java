package io.akidb.objectstore;

import java.nio.file.Path;
import java.time.Clock;

/** Opens the store that a configuration names. */
public final class ObjectStores {
  private ObjectStores() {}

  /** Opens a local directory (created if missing) or an S3 bucket. The caller closes it. */
  public static ObjectStore open(BucketConfig config) {
    if (config.isS3()) {
      throw new InvalidRequestException("s3:// is not there yet", null);
    }
    return new LocalDirectoryStore(Path.of(config.bucket()), Clock.systemUTC());
  }
}
