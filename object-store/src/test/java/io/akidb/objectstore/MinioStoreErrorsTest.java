package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link MinioStore} makes of a service's errors, silences and nonsense. */
class MinioStoreErrorsTest {
  private static final int ATTEMPTS = 4;
  private static final String DATE = "Date: Sat, 21 Nov 2026 08:00:00 GMT";
  private static final String EMPTY_LIST =
      "<ListBucketResult><Name>bucket</Name><Prefix></Prefix><KeyCount>0</KeyCount>"
          + "<MaxKeys>1</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>";

  private final TestRetries pauses = new TestRetries();
  private FaultyServer server;
  private ObjectStore store;

  @BeforeEach
  void start() throws IOException {
    server = new FaultyServer(null, request -> FaultyServer.answer(200, EMPTY_LIST));
    store = open(Duration.ofSeconds(20));
  }

  private ObjectStore open(Duration silenceMax) {
    return MinioStore.open(config(), pauses.retries(ATTEMPTS), silenceMax);
  }

  private BucketConfig config() {
    return new BucketConfig(
        "s3://bucket/some/prefix", server.endpoint(), "us-east-1", "access", "secret-secret");
  }

  @AfterEach
  void stop() throws IOException {
    store.close();
    server.close();
  }

  private void answer(int status, String code) {
    server.setScript(request -> FaultyServer.error(status, code));
  }

  @ParameterizedTest
  @CsvSource({
    "403, InvalidAccessKeyId, StoreAccessDeniedException, AKIDB_ACCESS_KEY",
    "403, SignatureDoesNotMatch, StoreAccessDeniedException, AKIDB_SECRET_KEY",
    "403, RequestTimeTooSkewed, StoreAccessDeniedException, clock",
    "403, AccessDenied, StoreAccessDeniedException, credentials may not",
    "401, Unauthorized, StoreAccessDeniedException, credentials may not",
    "404, NoSuchBucket, InvalidRequestException, bucket does not exist",
    "404, NoSuchKey, ObjectNotFoundException, no such object",
    "301, PermanentRedirect, InvalidRequestException, AKIDB_REGION",
    "307, TemporaryRedirect, InvalidRequestException, AKIDB_REGION",
    "400, InvalidArgument, InvalidRequestException, InvalidArgument",
    "501, NotImplemented, InvalidRequestException, NotImplemented",
    "412, PreconditionFailed, PreconditionFailedException, somebody else",
  })
  void finalError_isTypedAndNotRepeated(int status, String code, String type, String word) {
    answer(status, code);

    assertThatThrownBy(() -> store.put("a", new byte[1]))
        .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(type))
        .hasMessageContaining(word)
        .hasMessageContaining("write a")
        .hasMessageNotContaining("secret");
    assertThat(server.requests()).hasSize(1);
    assertThat(pauses.pauses).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "500, InternalError",
    "502, ''",
    "503, SlowDown",
    "503, ServiceUnavailable",
    "504, ''",
    "408, ''",
    "429, TooManyRequests",
    "400, RequestTimeout",
    "409, OperationAborted",
  })
  void passingError_isRepeatedAndThenUnavailable(int status, String code) {
    answer(status, code);

    assertThatThrownBy(() -> store.get("a", 10))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining(Integer.toString(status));
    assertThat(server.requests()).hasSize(ATTEMPTS);
    assertThat(pauses.pauses).hasSize(ATTEMPTS - 1);
    assertThat(pauses.pauses)
        .allSatisfy(pause -> assertThat(pause).isBetween(Duration.ZERO, Duration.ofSeconds(1)));
  }

  @Test
  void passingError_thatPasses_isUnseen() {
    AtomicInteger calls = new AtomicInteger();
    server.setScript(
        request ->
            calls.incrementAndGet() < ATTEMPTS
                ? FaultyServer.error(503, "SlowDown")
                : FaultyServer.answer(200, "", "ETag: \"e\"", DATE));

    ObjectMetadata written = store.putIfAbsent("a", new byte[3]);

    assertThat(written.etag()).isEqualTo("e");
    assertThat(written.size()).isEqualTo(3);
    assertThat(written.modifiedAt()).isEqualTo("2026-11-21T08:00:00Z");
    assertThat(server.count("PUT")).isEqualTo(ATTEMPTS);
  }

  @Test
  void writeThatMayHaveHappened_isUnknown_thatCannotHave_isUnavailable() {
    answer(500, "InternalError");
    for (Runnable write :
        List.<Runnable>of(
            () -> store.put("a", new byte[1]),
            () -> store.putIfAbsent("a", new byte[1]),
            () -> store.compareAndSwap("a", "tag", new byte[1]),
            () -> store.delete("a"))) {
      assertThatThrownBy(write::run).isInstanceOf(OutcomeUnknownException.class);
    }
    answer(503, "SlowDown");
    assertThatThrownBy(() -> store.put("a", new byte[1]))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void unreachableService_isUnavailable_forWritesToo() throws IOException {
    server.close();

    assertThatThrownBy(() -> store.putIfAbsent("a", new byte[1]))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("cannot be reached");
    assertThat(pauses.pauses).hasSize(ATTEMPTS - 1);
    assertThatThrownBy(() -> open(Duration.ofSeconds(5)))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("open s3://bucket/some/prefix");
  }

  @Test
  void silentService_isGivenUp() {
    CountDownLatch never = new CountDownLatch(1);
    try (ObjectStore impatient = open(Duration.ofMillis(100))) {
      server.setScript(
          request -> {
            never.await(1, TimeUnit.MINUTES);
            return null;
          });
      assertThatThrownBy(() -> impatient.head("a")).isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> impatient.put("a", new byte[1]))
          .isInstanceOf(OutcomeUnknownException.class)
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    } finally {
      never.countDown();
    }
  }

  @Test
  void nonsense_isUnavailable_notACrash() {
    String range = "Content-Range: bytes 0-0/1";
    String modified = "Last-Modified: Sat, 21 Nov 2026 08:00:00 GMT";
    List<byte[]> answers =
        List.of(
            FaultyServer.answer(206, "x"),
            FaultyServer.answer(206, "x", range, modified),
            FaultyServer.answer(206, "x", "Content-Range: bytes 0-0/*", "ETag: e", modified),
            FaultyServer.answer(206, "x", range, "ETag: e", "Last-Modified: soon"),
            FaultyServer.answer(206, "", range, "ETag: e", modified),
            FaultyServer.answer(304, ""));
    for (byte[] answer : answers) {
      server.setScript(request -> answer);
      assertThatThrownBy(() -> store.get("a", 10)).isInstanceOf(StoreUnavailableException.class);
    }
    server.setScript(request -> FaultyServer.answer(200, "<html>not a list"));
    assertThatThrownBy(() -> store.list("", null, 10))
        .isInstanceOf(StoreUnavailableException.class);
    server.setScript(request -> FaultyServer.answer(200, "", DATE));
    assertThatThrownBy(() -> store.put("a", new byte[1]))
        .isInstanceOf(OutcomeUnknownException.class);
    server.setScript(request -> FaultyServer.answer(200, "", "ETag: e", "Date: soon"));
    assertThatThrownBy(() -> store.put("a", new byte[1]))
        .isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void open_onMissingBucket_createsItOrSaysWhatToDo() {
    server.setScript(
        request ->
            request.method().equals("PUT")
                ? FaultyServer.answer(200, "")
                : FaultyServer.error(404, "NoSuchBucket"));
    open(Duration.ofSeconds(5)).close();
    assertThat(server.count("PUT")).isEqualTo(1);

    server.setScript(
        request ->
            request.method().equals("PUT")
                ? FaultyServer.error(409, "BucketAlreadyOwnedByYou")
                : FaultyServer.error(404, "NoSuchBucket"));
    open(Duration.ofSeconds(5)).close();

    server.setScript(
        request ->
            request.method().equals("PUT")
                ? FaultyServer.error(409, "BucketAlreadyExists")
                : FaultyServer.error(404, "NoSuchBucket"));
    assertThatThrownBy(() -> open(Duration.ofSeconds(5)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("BucketAlreadyExists");

    server.setScript(
        request ->
            request.method().equals("PUT")
                ? FaultyServer.error(403, "AccessDenied")
                : FaultyServer.error(404, "NoSuchBucket"));
    assertThatThrownBy(() -> open(Duration.ofSeconds(5)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("no bucket 'bucket'")
        .hasMessageContaining("create it first");
  }

  @Test
  void open_withWrongKeys_saysSo_withoutRightToList_opens() {
    answer(403, "SignatureDoesNotMatch");
    assertThatThrownBy(() -> open(Duration.ofSeconds(5)))
        .isInstanceOf(StoreAccessDeniedException.class)
        .hasMessageContaining("AKIDB_SECRET_KEY");

    answer(403, "AccessDenied");
    open(Duration.ofSeconds(5)).close();
  }

  @Test
  void interruptedCaller_stopsAndStaysInterrupted() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    server.setScript(
        request -> {
          asked.countDown();
          never.await(1, TimeUnit.MINUTES);
          return null;
        });
    List<Throwable> thrown = new java.util.concurrent.CopyOnWriteArrayList<>();
    for (Runnable call :
        List.<Runnable>of(() -> store.head("a"), () -> store.putIfAbsent("a", new byte[1]))) {
      Thread caller =
          new Thread(
              () -> {
                try {
                  call.run();
                } catch (ObjectStoreException e) {
                  assertThat(Thread.currentThread().isInterrupted()).isTrue();
                  thrown.add(e);
                }
              });
      caller.start();
      asked.await();
      caller.interrupt();
      caller.join();
    }
    never.countDown();

    assertThat(thrown).hasSize(2);
    assertThat(thrown.get(0)).isInstanceOf(StoreUnavailableException.class);
    assertThat(thrown.get(1)).isInstanceOf(OutcomeUnknownException.class);
  }
}
