package io.akidb.objectstore;

import io.minio.ObjectWriteResponse;
import io.minio.messages.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Writes to one S3 bucket. Every write carries a number of its own as user metadata: when its
 * answer is lost, the object itself tells whether the write took effect, even where another writer
 * wrote equal bytes.
 */
final class S3Writes {
  /** Files above this are uploaded in parts of it, or of more where there would be too many. */
  static final int PART_BYTES = 16 << 20;

  private static final int PARTS_MAX = 10_000;
  private static final String WRITE_ID = "x-amz-meta-akidb-write";
  private static final System.Logger LOG = System.getLogger(S3Writes.class.getName());

  private final S3Client client;
  private final Retries retries;
  private final S3Reads reads;
  private final String keyPrefix;

  S3Writes(S3Client client, Retries retries, S3Reads reads, String keyPrefix) {
    this.client = client;
    this.retries = retries;
    this.reads = reads;
    this.keyPrefix = keyPrefix;
  }

  /**
   * Writes an object in one request, repeated while its answer is lost.
   *
   * <p>With a condition that its own effect makes false, a repetition after the effect is refused;
   * then the object is asked whose it is.
   *
   * @param condition header and value; empty for none
   */
  ObjectMetadata put(String key, byte[] content, Map<String, String> condition) {
    String writeId = UUID.randomUUID().toString();
    Map<String, String> headers = new HashMap<>(condition);
    headers.put(WRITE_ID, writeId);
    return retries.write(
        "write " + key,
        () -> {
          Headers answer = client.put(keyPrefix + key, content, headers);
          return written(key, content.length, answer.get("ETag"), answer.get("Date"));
        },
        () -> find(key, writeId));
  }

  private static ObjectMetadata written(
      String key, long size, @Nullable String etag, @Nullable String date) throws IOException {
    if (etag == null || date == null) {
      throw new IOException("the answer lacks ETag or Date");
    }
    try {
      return new ObjectMetadata(key, size, S3Reads.bare(etag), S3Reads.time(date));
    } catch (DateTimeException e) {
      throw new IOException("the answer's Date cannot be read", e);
    }
  }

  private Optional<ObjectMetadata> find(String key, String writeId) {
    return reads
        .stat(key)
        .filter(is -> writeId.equals(is.headers().get(WRITE_ID)))
        .map(is -> S3Reads.metadata(key, is));
  }

  /** Uploads a file, in parts if it is large. */
  ObjectMetadata putFile(String key, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      long size = Files.size(file);
      return size <= PART_BYTES
          ? put(key, in.readAllBytes(), Map.of())
          : upload(key, in, size, partBytes(size));
    } catch (IOException e) {
      throw new InvalidRequestException("cannot read the file to upload: " + file.getFileName(), e);
    }
  }

  static int partBytes(long size) {
    long bytes = Math.max(PART_BYTES, (size + PARTS_MAX - 1) / PARTS_MAX);
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new InvalidRequestException("a file of " + size + " bytes is too large", null);
    }
    return (int) bytes;
  }

  private ObjectMetadata upload(String key, InputStream in, long size, int partBytes)
      throws IOException {
    String writeId = UUID.randomUUID().toString();
    String object = keyPrefix + key;
    String what = "write " + key;
    // A start whose answer is lost leaves an upload without parts, which the store clears away.
    String upload = retries.read(what, () -> client.startUpload(object, Map.of(WRITE_ID, writeId)));
    boolean abort = true;
    try {
      List<Part> parts = new ArrayList<>();
      byte[] buffer = new byte[partBytes];
      for (long done = 0; done < size; ) {
        int length = (int) Math.min(partBytes, size - done);
        if (in.readNBytes(buffer, 0, length) < length) {
          throw new IOException("the file became shorter");
        }
        int number = parts.size() + 1;
        parts.add(
            retries.read(what, () -> client.uploadPart(object, upload, number, buffer, length)));
        done += length;
      }
      ObjectMetadata written =
          retries.write(
              what,
              () -> {
                ObjectWriteResponse answer = client.completeUpload(object, upload, parts);
                return written(key, size, answer.etag(), answer.headers().get("Date"));
              },
              () -> find(key, writeId));
      abort = false;
      return written;
    } catch (OutcomeUnknownException e) {
      abort = false; // it may still take effect
      throw e;
    } finally {
      if (abort) {
        abort(object, upload);
      }
    }
  }

  /** Best effort: what stays behind is no object, and the store clears it away after a day. */
  private void abort(String object, String upload) {
    try {
      client.abortUpload(object, upload);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot abort an upload: {0}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void delete(String key) {
    retries.write(
        "delete " + key,
        () -> {
          try {
            client.delete(keyPrefix + key);
          } catch (HttpFailure e) {
            if (!Failures.isNotFound(e)) {
              throw e;
            }
          }
          return key;
        },
        Optional::empty);
  }
}
