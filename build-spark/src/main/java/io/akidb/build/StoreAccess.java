package io.akidb.build;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.jspecify.annotations.Nullable;

/**
 * How driver and executors reach the bucket: through {@link ObjectStore}, and through Hadoop's file
 * systems ({@code file:} and {@code s3a:}) for bulk reads. It travels to the executors inside task
 * closures, credentials included, and never becomes part of Spark's configuration, which user
 * interfaces and event logs show.
 */
final class StoreAccess implements Serializable {
  private static final long serialVersionUID = 1;

  private final String bucket;
  private final @Nullable URI endpoint;
  private final String region;
  private final @Nullable String accessKey;
  private final @Nullable String secretKey;

  StoreAccess(BucketConfig config) {
    this.bucket = config.bucket();
    this.endpoint = config.endpoint();
    this.region = config.region();
    this.accessKey = config.accessKey();
    this.secretKey = config.secretKey();
  }

  /** Opens the bucket. The caller closes it. */
  ObjectStore open() {
    return ObjectStores.open(new BucketConfig(bucket, endpoint, region, accessKey, secretKey));
  }

  /**
   * A file system of its own, which the caller closes: cached ones would keep another build's
   * credentials.
   */
  FileSystem fileSystem() throws IOException {
    Configuration configuration = new Configuration();
    hadoopSettings().forEach(configuration::set);
    return FileSystem.newInstance(root(), configuration);
  }

  /** Where an object lies, for {@link #fileSystem}. */
  org.apache.hadoop.fs.Path path(String key) {
    return new org.apache.hadoop.fs.Path(root().resolve(key));
  }

  /**
   * The bucket's root, ending with a slash: {@code file:///dir/} or {@code s3a://bucket/prefix/}.
   */
  URI root() {
    String root =
        isS3()
            ? "s3a://" + bucket.substring("s3://".length())
            : Path.of(bucket).toAbsolutePath().normalize().toUri().toString();
    return URI.create(root.endsWith("/") ? root : root + "/");
  }

  /** Hadoop's words for the same access. */
  Map<String, String> hadoopSettings() {
    Map<String, String> settings = new TreeMap<>();
    if (!isS3()) {
      return settings;
    }
    settings.put("fs.s3a.endpoint.region", region);
    settings.put("fs.s3a.input.fadvise", "sequential");
    settings.put("fs.s3a.connection.maximum", "64");
    settings.put("fs.s3a.attempts.maximum", "5");
    settings.put("fs.s3a.buffer.dir", System.getProperty("java.io.tmpdir"));
    if (endpoint != null) {
      settings.put("fs.s3a.endpoint", endpoint.toString());
      settings.put("fs.s3a.path.style.access", "true");
      String scheme = String.valueOf(endpoint.getScheme()).toLowerCase(Locale.ROOT);
      settings.put("fs.s3a.connection.ssl.enabled", String.valueOf(scheme.equals("https")));
    }
    if (accessKey != null && secretKey != null) {
      settings.put(
          "fs.s3a.aws.credentials.provider",
          "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
      settings.put("fs.s3a.access.key", accessKey);
      settings.put("fs.s3a.secret.key", secretKey);
    }
    return settings;
  }

  private boolean isS3() {
    return bucket.startsWith("s3://");
  }

  @Override
  public String toString() {
    return "StoreAccess[" + bucket + ", endpoint=" + endpoint + "]";
  }
}
