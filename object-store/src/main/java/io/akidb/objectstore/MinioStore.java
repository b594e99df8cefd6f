package io.akidb.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of an S3 service, MinIO or another that honours {@code If-Match} and {@code
 * If-None-Match: *} on writes.
 *
 * <p>Calls are repeated a bounded number of times, with jittered pauses, where that is safe. A
 * write whose answer was lost is repeated too: by its condition and the number that each write
 * leaves on its object, the store finds out whether it took effect, and throws {@link
 * OutcomeUnknownException} where it cannot.
 *
 * <p>An entity tag is the service's own, for small objects the MD5 of their content: replacing an
 * object by equal bytes does not change it.
 */
final class MinioStore implements ObjectStore {
  private static final int ATTEMPTS_MAX = 6;
  private static final Duration PAUSE_FIRST = Duration.ofMillis(100);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(3);
  private static final Duration BUDGET = Duration.ofMinutes(1);
  private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

  private final String location;
  private final String bucketName;
  private final String keyPrefix;
  private final S3Client client;
  private final Retries retries;
  private final S3Reads reads;
  private final S3Writes writes;
  private final S3Listing listing;
  private volatile boolean closed;

  private MinioStore(BucketConfig config, S3Client client, Retries retries) {
    this.location = config.bucket();
    this.bucketName = config.bucketName();
    this.keyPrefix = config.keyPrefix();
    this.client = client;
    this.retries = retries;
    this.reads = new S3Reads(client, retries, keyPrefix);
    this.writes = new S3Writes(client, retries, reads, keyPrefix);
    this.listing = new S3Listing(client, retries, keyPrefix);
  }

  /**
   * Opens a bucket, and creates it if it is missing and the credentials allow.
   *
   * @throws InvalidRequestException if the configuration is wrong, or the bucket is missing and
   *     cannot be created
   * @throws StoreAccessDeniedException if the service does not know the credentials
   * @throws StoreUnavailableException if the service cannot be reached
   */
  static MinioStore open(BucketConfig config) {
    return open(config, defaultRetries(), SILENCE_MAX);
  }

  static Retries defaultRetries() {
    // Threads share it.
    SplittableRandom seeds = new SplittableRandom();
    RandomGenerator random =
        () -> {
          synchronized (seeds) {
            return seeds.nextLong();
          }
        };
    return new Retries(
        ATTEMPTS_MAX,
        PAUSE_FIRST,
        PAUSE_MAX,
        BUDGET,
        Clock.systemUTC(),
        random,
        Retries.THREAD_SLEEP);
  }

  /**
   * Opens with other bounds than the usual ones.
   *
   * @param silenceMax how long the service may send or take nothing
   */
  static MinioStore open(BucketConfig config, Retries retries, Duration silenceMax) {
    MinioStore store =
        new MinioStore(config, S3Client.of(config.requireCredentials(), silenceMax), retries);
    try {
      store.requireBucket();
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private void requireBucket() {
    String what = "open " + location;
    boolean exists =
        retries.read(
            what,
            () -> {
              try {
                var unused = client.list(keyPrefix, null, null, 1);
                return true;
              } catch (HttpFailure e) {
                if (e.code().equals("NoSuchBucket")) {
                  return false;
                }
                if (e.code().equals("AccessDenied")) {
                  return true; // known, but not to list: other calls may be allowed
                }
                throw e;
              }
            });
    if (!exists) {
      makeBucket(what);
    }
  }

  private void makeBucket(String what) {
    retries.read(
        what,
        () -> {
          try {
            client.makeBucket();
          } catch (HttpFailure e) {
            if (e.status() == 403) {
              throw new InvalidRequestException(
                  what
                      + ": there is no bucket '"
                      + bucketName
                      + "' and these credentials may not create it; create it first",
                  e);
            }
            // Another one that opens at the same time may have been faster.
            if (!e.code().equals("BucketAlreadyOwnedByYou")) {
              throw e;
            }
          }
          return bucketName;
        });
  }

  @Override
  public ObjectMetadata put(String key, byte[] content) {
    return writes.put(valid(key), content, Map.of());
  }

  @Override
  public ObjectMetadata putFile(String key, Path file) {
    return writes.putFile(valid(key), file);
  }

  @Override
  public ObjectMetadata putIfAbsent(String key, byte[] content) {
    return writes.put(valid(key), content, Map.of("If-None-Match", "*"));
  }

  @Override
  public ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content) {
    try {
      return writes.put(valid(key), content, Map.of("If-Match", "\"" + expectedEtag + "\""));
    } catch (ObjectNotFoundException e) {
      throw new PreconditionFailedException("there is no object " + key + " to replace", e);
    }
  }

  @Override
  public Optional<ObjectMetadata> head(String key) {
    return reads.head(valid(key));
  }

  @Override
  public ObjectContent get(String key, int maxBytes) {
    return content(reads.begin(valid(key), maxBytes));
  }

  @Override
  public @Nullable ObjectContent getIfChanged(String key, String knownEtag, int maxBytes) {
    return reads.beginIfChanged(valid(key), knownEtag, maxBytes).map(this::content).orElse(null);
  }

  private ObjectContent content(S3Reads.Beginning beginning) {
    ObjectMetadata metadata = beginning.metadata();
    byte[] first = beginning.bytes();
    if (first.length == metadata.size()) {
      return new ObjectContent(metadata, first);
    }
    byte[] all = java.util.Arrays.copyOf(first, (int) metadata.size());
    reads.readFully(metadata.key(), metadata.etag(), first.length, all, first.length);
    return new ObjectContent(metadata, all);
  }

  @Override
  public byte[] getRange(String key, long offset, int length) {
    return reads.range(valid(key), offset, length);
  }

  @Override
  public InputStream open(String key) {
    return new S3ChunkStream(reads, reads.begin(valid(key), Long.MAX_VALUE));
  }

  @Override
  public ObjectMetadata getToFile(String key, Path target) {
    S3Reads.Beginning beginning = reads.begin(valid(key), Long.MAX_VALUE);
    try (InputStream in = new S3ChunkStream(reads, beginning)) {
      LocalFiles.replace(target, in);
      return beginning.metadata();
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot write the file " + target.getFileName(), e);
    }
  }

  @Override
  public ListPage list(String prefix, @Nullable String startAfter, int limit) {
    ObjectKeys.requireValidPrefix(prefix);
    ObjectKeys.requireValidLimit(limit);
    requireOpen();
    return listing.list(prefix, startAfter, limit);
  }

  @Override
  public FolderPage listFolders(String prefix, @Nullable String startAfter, int limit) {
    ObjectKeys.requireValidFolderPrefix(prefix);
    ObjectKeys.requireValidLimit(limit);
    requireOpen();
    return listing.listFolders(prefix, startAfter, limit);
  }

  @Override
  public void delete(String key) {
    writes.delete(valid(key));
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public void close() {
    closed = true;
    client.close();
  }

  private String valid(String key) {
    requireOpen();
    return ObjectKeys.requireValid(key);
  }

  private void requireOpen() {
    if (closed) {
      throw new StoreUnavailableException("the store was closed", null);
    }
  }
}
