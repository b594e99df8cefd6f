package io.akidb.objectstore;

import io.minio.CreateMultipartUploadResponse;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import io.minio.ObjectWriteResponse;
import io.minio.RemoveObjectArgs;
import io.minio.StatObjectArgs;
import io.minio.StatObjectResponse;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.ListBucketResultV2;
import io.minio.messages.Part;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * The S3 calls that a store makes, one request each, blocking, in full object names. Extends the
 * SDK's client for its one-page listing and its upload of an array, which are protected there.
 *
 * <p>Nothing is repeated silently: neither by the SDK nor by OkHttp. A conditional write that went
 * out twice unseen would fail the second time on its own success.
 *
 * <p>Errors: {@link HttpFailure} if the service answered, any other {@link IOException} if not.
 */
final class S3Client extends MinioAsyncClient {
  private static final String AWS = "https://s3.amazonaws.com";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int REQUESTS_MAX = 128;
  private static final int IDLE_CONNECTIONS_MAX = 32;
  private static final String CONTENT_TYPE = "application/octet-stream";

  private final String bucketName;

  private S3Client(MinioAsyncClient client, String bucketName) {
    super(client);
    this.bucketName = bucketName;
  }

  /**
   * Connects lazily.
   *
   * @param silenceMax how long the service may send or take nothing; a whole call may take four
   *     times that
   */
  static S3Client of(BucketConfig config, Duration silenceMax) {
    ExecutorService executor =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "akidb-s3");
              thread.setDaemon(true);
              return thread;
            });
    Dispatcher dispatcher = new Dispatcher(executor);
    dispatcher.setMaxRequests(REQUESTS_MAX);
    dispatcher.setMaxRequestsPerHost(REQUESTS_MAX);
    OkHttpClient http =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectionPool(new ConnectionPool(IDLE_CONNECTIONS_MAX, 1, TimeUnit.MINUTES))
            .connectTimeout(CONNECT_TIMEOUT)
            .readTimeout(silenceMax)
            .writeTimeout(silenceMax)
            .callTimeout(silenceMax.multipliedBy(4))
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .followSslRedirects(false)
            .addInterceptor(HttpFailure::check)
            .build();
    URI endpoint = config.endpoint();
    try {
      // The template is never closed: it has nothing of its own.
      return new S3Client(
          MinioAsyncClient.builder()
              .endpoint(endpoint == null ? AWS : endpoint.toString())
              .region(config.region())
              .credentials(config.accessKey(), config.secretKey())
              .httpClient(http, false)
              .build(),
          config.bucketName());
    } catch (IllegalArgumentException e) {
      executor.shutdownNow();
      throw new InvalidRequestException("cannot make an S3 client: " + e.getMessage(), e);
    }
  }

  void makeBucket() throws IOException, InterruptedException {
    await(() -> makeBucket(MakeBucketArgs.builder().bucket(bucketName).build()));
  }

  /**
   * Writes an object in one request.
   *
   * @param headers the condition, and user metadata
   */
  Headers put(String object, byte[] content, Map<String, String> headers)
      throws IOException, InterruptedException {
    Map<String, String> typed = new HashMap<>(headers);
    typed.put("Content-Type", CONTENT_TYPE);
    var all = newMultimap(typed);
    return await(() -> putObjectAsync(bucketName, null, object, content, content.length, all, null))
        .headers();
  }

  /** Answers the upload's id. */
  String startUpload(String object, Map<String, String> headers)
      throws IOException, InterruptedException {
    CreateMultipartUploadResponse response =
        await(
            () -> createMultipartUploadAsync(bucketName, null, object, newMultimap(headers), null));
    return response.result().uploadId();
  }

  Part uploadPart(String object, String uploadId, int number, byte[] content, int length)
      throws IOException, InterruptedException {
    return new Part(
        number,
        await(
                () ->
                    uploadPartAsync(
                        bucketName, null, object, content, length, uploadId, number, null, null))
            .etag());
  }

  ObjectWriteResponse completeUpload(String object, String uploadId, List<Part> parts)
      throws IOException, InterruptedException {
    Part[] all = parts.toArray(new Part[0]);
    return await(
        () -> completeMultipartUploadAsync(bucketName, null, object, uploadId, all, null, null));
  }

  void abortUpload(String object, String uploadId) throws IOException, InterruptedException {
    await(() -> abortMultipartUploadAsync(bucketName, null, object, uploadId, null, null));
  }

  StatObjectResponse head(String object) throws IOException, InterruptedException {
    return await(
        () -> statObject(StatObjectArgs.builder().bucket(bucketName).object(object).build()));
  }

  /**
   * Opens a range of an object; the caller closes the answer.
   *
   * @param matchEtag answer 412 unless the object has this entity tag; null for any
   * @param notMatchEtag answer 304 if the object has this entity tag; null for none
   */
  GetObjectResponse get(
      String object,
      long offset,
      long length,
      @Nullable String matchEtag,
      @Nullable String notMatchEtag)
      throws IOException, InterruptedException {
    GetObjectArgs.Builder builder =
        GetObjectArgs.builder().bucket(bucketName).object(object).offset(offset).length(length);
    if (matchEtag != null) {
      builder.matchETag(matchEtag);
    }
    if (notMatchEtag != null) {
      builder.notMatchETag(notMatchEtag);
    }
    return await(() -> getObject(builder.build()));
  }

  ListBucketResultV2 list(
      String prefix, @Nullable String startAfter, @Nullable String delimiter, int limit)
      throws IOException, InterruptedException {
    return await(
            () ->
                listObjectsV2Async(
                    bucketName,
                    null,
                    delimiter,
                    null,
                    startAfter,
                    limit,
                    prefix,
                    null,
                    false,
                    false,
                    null,
                    null))
        .result();
  }

  void delete(String object) throws IOException, InterruptedException {
    await(() -> removeObject(RemoveObjectArgs.builder().bucket(bucketName).object(object).build()));
  }

  /** Cancels what is under way and frees threads and connections. */
  @Override
  public void close() {
    httpClient.dispatcher().cancelAll();
    httpClient.dispatcher().executorService().shutdownNow();
    httpClient.connectionPool().evictAll();
  }

  private interface Call<T> {
    CompletableFuture<T> start() throws MinioException, GeneralSecurityException, IOException;
  }

  private static <T> T await(Call<T> call) throws IOException, InterruptedException {
    CompletableFuture<T> future;
    try {
      future = call.start();
    } catch (MinioException | GeneralSecurityException | RuntimeException e) {
      throw failure(e);
    }
    try {
      return future.get();
    } catch (InterruptedException e) {
      var unused = future.thenAccept(S3Client::discard);
      throw e;
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  /** Nobody waits any more for an answer that holds a connection. */
  private static void discard(Object answer) {
    if (answer instanceof GetObjectResponse response) {
      try {
        response.close();
      } catch (IOException e) {
        System.getLogger(S3Client.class.getName())
            .log(System.Logger.Level.DEBUG, "closing an answer that came too late", e);
      }
    }
  }

  private static IOException failure(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ErrorResponseException e) {
      // Only "complete upload" answers an error under status 200.
      return new HttpFailure(500, String.valueOf(e.errorResponse().code()));
    }
    return cause instanceof IOException e
        ? e
        : new IOException("the store's answer cannot be understood: " + cause, cause);
  }
}
