package io.akidb.objectstore;

import io.minio.GetObjectResponse;
import io.minio.StatObjectResponse;
import java.io.EOFException;
import java.io.IOException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one S3 bucket, in chunks of bounded size: each is one request that is repeated on its
 * own when it fails, and every chunk after the first asks for the version that the first one had.
 */
final class S3Reads {
  /** Most bytes of one request's answer. */
  static final int CHUNK_BYTES = 8 << 20;

  private final S3Client client;
  private final Retries retries;
  private final String keyPrefix;

  S3Reads(S3Client client, Retries retries, String keyPrefix) {
    this.client = client;
    this.retries = retries;
    this.keyPrefix = keyPrefix;
  }

  /**
   * The beginning of an object.
   *
   * @param metadata of the whole object
   * @param bytes its first ones, at most {@link #CHUNK_BYTES}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Beginning(ObjectMetadata metadata, byte[] bytes) {}

  Optional<StatObjectResponse> stat(String key) {
    return retries.read(
        "look at " + key,
        () -> {
          try {
            return Optional.of(client.head(keyPrefix + key));
          } catch (HttpFailure e) {
            if (Failures.isNotFound(e)) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  Optional<ObjectMetadata> head(String key) {
    return stat(key).map(is -> metadata(key, is));
  }

  static ObjectMetadata metadata(String key, StatObjectResponse is) {
    return new ObjectMetadata(key, is.size(), is.etag(), is.lastModified().toInstant());
  }

  /**
   * Reads an object's first bytes.
   *
   * @param sizeMax refused above it before its bytes are read
   */
  Beginning begin(String key, long sizeMax) {
    return beginIfChanged(key, null, sizeMax)
        .orElseThrow(
            () ->
                new StoreUnavailableException("read " + key + ": an answer to no question", null));
  }

  /** Reads an object's first bytes unless it is still the known version. */
  Optional<Beginning> beginIfChanged(String key, @Nullable String knownEtag, long sizeMax) {
    return retries.read(
        "read " + key,
        () -> {
          try (GetObjectResponse answer =
              client.get(keyPrefix + key, 0, CHUNK_BYTES, null, knownEtag)) {
            ObjectMetadata metadata = metadata(key, answer.headers());
            if (metadata.size() > sizeMax) {
              throw new ObjectTooLargeException(
                  key + " has " + metadata.size() + " bytes, more than " + sizeMax, null);
            }
            byte[] bytes = new byte[(int) Math.min(metadata.size(), CHUNK_BYTES)];
            fill(answer, bytes, 0, bytes.length);
            return Optional.of(new Beginning(metadata, bytes));
          } catch (HttpFailure e) {
            if (e.status() == 304) {
              return Optional.empty();
            }
            if (e.status() == 416) {
              return Optional.of(empty(key)); // no byte of an empty object lies within any range
            }
            throw e;
          }
        });
  }

  private Beginning empty(String key) throws IOException, InterruptedException {
    ObjectMetadata metadata = metadata(key, client.head(keyPrefix + key));
    if (metadata.size() > 0) {
      throw new IOException("the object changed meanwhile");
    }
    return new Beginning(metadata, new byte[0]);
  }

  /** Reads on in the version with the entity tag, chunk by chunk. */
  void readFully(String key, String etag, long offset, byte[] into, int from) {
    for (int done = from; done < into.length; ) {
      int length = Math.min(CHUNK_BYTES, into.length - done);
      chunk(key, etag, offset + done - from, into, done, length);
      done += length;
    }
  }

  /**
   * Reads one range of at most {@link #CHUNK_BYTES}.
   *
   * @throws StoreUnavailableException also if the object was replaced since
   */
  void chunk(String key, String etag, long offset, byte[] into, int at, int length) {
    retries.read(
        "read " + key,
        () -> {
          try (GetObjectResponse answer = client.get(keyPrefix + key, offset, length, etag, null)) {
            fill(answer, into, at, length);
            return key;
          } catch (HttpFailure e) {
            if (e.status() == 412) {
              throw new StoreUnavailableException(key + " was replaced while it was read", e);
            }
            throw e;
          }
        });
  }

  /** Reads a range of whatever version there is. */
  byte[] range(String key, long offset, int length) {
    if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
      throw outside(key);
    }
    if (length == 0) {
      ObjectMetadata is =
          head(key)
              .orElseThrow(() -> new ObjectNotFoundException("there is no object " + key, null));
      if (offset > is.size()) {
        throw outside(key);
      }
      return new byte[0];
    }
    int first = Math.min(length, CHUNK_BYTES);
    byte[][] bytes = new byte[1][];
    String etag =
        retries.read(
            "read " + key,
            () -> {
              try (GetObjectResponse answer =
                  client.get(keyPrefix + key, offset, first, null, null)) {
                ObjectMetadata is = metadata(key, answer.headers());
                if (offset > is.size() - length) {
                  throw outside(key);
                }
                bytes[0] = new byte[length];
                fill(answer, bytes[0], 0, first);
                return is.etag();
              }
            });
    readFully(key, etag, offset + first, bytes[0], first);
    return bytes[0];
  }

  private static InvalidRequestException outside(String key) {
    return new InvalidRequestException("the range does not lie within " + key, null);
  }

  private static void fill(GetObjectResponse answer, byte[] into, int at, int length)
      throws IOException {
    if (answer.readNBytes(into, at, length) < length) {
      throw new EOFException("the answer is shorter than announced");
    }
  }

  private static ObjectMetadata metadata(String key, Headers headers) throws IOException {
    String range = headers.get("Content-Range");
    String etag = headers.get("ETag");
    String modified = headers.get("Last-Modified");
    if (range == null || etag == null || modified == null) {
      throw new IOException("the answer lacks Content-Range, ETag or Last-Modified");
    }
    try {
      return new ObjectMetadata(
          key, Long.parseLong(range.substring(range.indexOf('/') + 1)), bare(etag), time(modified));
    } catch (NumberFormatException | DateTimeParseException e) {
      throw new IOException("the answer's Content-Range or Last-Modified cannot be read", e);
    }
  }

  static Instant time(String header) {
    return ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
  }

  /** An entity tag without its quotation marks. */
  static String bare(String etag) {
    return etag.replace("\"", "");
  }
}
