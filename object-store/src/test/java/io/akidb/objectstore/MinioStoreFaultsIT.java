package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.FaultyServer.Request;
import io.akidb.objectstore.FaultyServer.Script;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link MinioStore} on a real MinIO behind a network that loses requests and answers. */
class MinioStoreFaultsIT {
  private static final int ATTEMPTS = 4;
  private static final int LARGE = 40_000_000;

  @TempDir Path folder;
  private FaultyServer network;
  private ObjectStore direct;
  private ObjectStore store;

  @BeforeEach
  void start() throws IOException {
    BucketConfig config = TestMinio.config("faults-it/" + UUID.randomUUID());
    direct = MinioStore.open(config);
    network = new FaultyServer(config.endpoint(), request -> null);
    network.setScript(network::forward);
    store =
        MinioStore.open(
            new BucketConfig(
                config.bucket(),
                network.endpoint(),
                config.region(),
                config.accessKey(),
                config.secretKey()),
            new TestRetries().retries(ATTEMPTS),
            Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() throws IOException {
    if (network != null) {
      store.close();
      direct.close();
      network.close();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String text(String key) {
    return new String(direct.get(key, 1 << 20).bytes(), StandardCharsets.UTF_8);
  }

  /** Loses the answers to the first so many requests of a kind, after they were carried out. */
  private Script losing(Predicate<Request> kind, int most) {
    AtomicInteger lost = new AtomicInteger();
    return request -> {
      byte[] answer = network.forward(request);
      return kind.test(request) && lost.incrementAndGet() <= most ? null : answer;
    };
  }

  private static Predicate<Request> method(String method) {
    return request -> request.method().equals(method);
  }

  @Test
  void conditionalWrite_withLostAnswer_findsItsOwnEffect() {
    network.setScript(losing(method("PUT"), 1));
    ObjectMetadata one = store.putIfAbsent("a", bytes("one"));
    assertThat(network.count("PUT")).isEqualTo(2);
    assertThat(network.count("HEAD")).isEqualTo(1);
    assertThat(direct.head("a").orElseThrow().etag()).isEqualTo(one.etag());

    network.setScript(losing(method("PUT"), 1));
    ObjectMetadata two = store.compareAndSwap("a", one.etag(), bytes("two"));
    assertThat(text("a")).isEqualTo("two");
    assertThat(direct.head("a").orElseThrow().etag()).isEqualTo(two.etag());
  }

  @Test
  void conditionalWrite_withEveryAnswerLost_findsItsOwnEffect() {
    network.setScript(losing(method("PUT"), 100));

    ObjectMetadata one = store.putIfAbsent("a", bytes("one"));

    assertThat(network.count("PUT")).isEqualTo(ATTEMPTS);
    assertThat(text("a")).isEqualTo("one");
    assertThat(one.size()).isEqualTo(3);
  }

  @Test
  void conditionalWrite_thatWasOverwrittenMeanwhile_isUnknown() {
    String before = direct.put("a", bytes("before")).etag();
    network.setScript(
        request -> {
          byte[] answer = network.forward(request);
          if (request.method().equals("PUT") && network.count("PUT") == 1) {
            direct.put("a", bytes("other"));
            return null;
          }
          return answer;
        });

    assertThatThrownBy(() -> store.compareAndSwap("a", before, bytes("mine")))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(text("a")).isEqualTo("other");
  }

  @Test
  void conditionalWrite_ofEqualBytesByAnother_isNotTakenForOurs() {
    network.setScript(
        request -> {
          if (request.method().equals("PUT") && network.count("PUT") == 1) {
            direct.putIfAbsent("a", bytes("same")); // and ours never arrives
            return null;
          }
          return network.forward(request);
        });

    assertThatThrownBy(() -> store.putIfAbsent("a", bytes("same")))
        .isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void lostRequests_areRepeated() {
    AtomicInteger calls = new AtomicInteger();
    network.setScript(
        request -> calls.incrementAndGet() % ATTEMPTS == 0 ? network.forward(request) : null);

    String etag = store.putIfAbsent("a", bytes("one")).etag();
    store.compareAndSwap("a", etag, bytes("two"));
    assertThat(store.get("a", 10).bytes()).isEqualTo(bytes("two"));
    assertThat(store.list("", null, 10).objects()).hasSize(1);
    store.delete("a");
    assertThat(store.head("a")).isEmpty();
  }

  @Test
  void everythingLost_isUnknownForWrites_unavailableForReads() {
    direct.put("a", bytes("before"));
    network.setScript(request -> null);

    assertThatThrownBy(() -> store.put("a", bytes("x")))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> store.delete("a")).isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> store.get("a", 10)).isInstanceOf(StoreUnavailableException.class);
    assertThat(text("a")).isEqualTo("before");
  }

  @Test
  void brokenAnswers_areReadAgain() throws IOException {
    byte[] large = new byte[LARGE];
    new Random(3).nextBytes(large);
    direct.putFile("a", Files.write(folder.resolve("file"), large));
    AtomicInteger calls = new AtomicInteger();
    network.setScript(
        request -> {
          byte[] answer = network.forward(request);
          return calls.incrementAndGet() % 2 == 1
              ? Arrays.copyOf(answer, answer.length / 2)
              : answer;
        });

    try (InputStream in = store.open("a")) {
      assertThat(in.readAllBytes()).isEqualTo(large);
    }
    assertThat(store.getRange("a", 5, 100)).isEqualTo(Arrays.copyOfRange(large, 5, 105));
    assertThat(store.list("", null, 10).objects()).hasSize(1);
    network.setScript(
        request -> {
          byte[] answer = network.forward(request);
          return Arrays.copyOf(answer, answer.length - 1);
        });
    Path target = Files.writeString(folder.resolve("target"), "before");
    assertThatThrownBy(() -> store.getToFile("a", target))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(target).hasContent("before");
  }

  private static boolean isPart(Request request) {
    return request.method().equals("PUT") && request.path().contains("partNumber");
  }

  private static boolean isEnd(Request request) {
    return request.method().equals("POST") && request.path().contains("uploadId");
  }

  @Test
  void largeFile_withLostAnswers_isUploadedOnce() throws IOException {
    byte[] large = new byte[LARGE];
    new Random(4).nextBytes(large);
    Path file = Files.write(folder.resolve("file"), large);
    for (Predicate<Request> lost :
        List.<Predicate<Request>>of(
            MinioStoreFaultsIT::isEnd, MinioStoreFaultsIT::isPart, method("POST"))) {
      network.setScript(losing(lost, 1));
      ObjectMetadata put = store.putFile("a", file);
      assertThat(put.size()).isEqualTo(LARGE);
      assertThat(direct.head("a").orElseThrow().etag()).isEqualTo(put.etag());
    }
    assertThat(direct.get("a", LARGE).bytes()).isEqualTo(large);
  }

  @Test
  void largeFile_thatCannotBeUploaded_leavesTheObjectAndNoUpload() throws IOException {
    direct.put("a", bytes("before"));
    Path file = Files.write(folder.resolve("file"), new byte[LARGE]);
    network.setScript(
        request ->
            isPart(request) && request.path().contains("partNumber=2")
                ? FaultyServer.error(503, "SlowDown")
                : network.forward(request));

    assertThatThrownBy(() -> store.putFile("a", file))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(text("a")).isEqualTo("before");
    assertThat(network.count("DELETE")).isEqualTo(1); // the upload
    network.setScript(
        request -> isEnd(request) ? FaultyServer.error(500, "Broken") : network.forward(request));
    assertThatThrownBy(() -> store.putFile("a", file)).isInstanceOf(OutcomeUnknownException.class);
    network.setScript(
        request ->
            isEnd(request) || request.method().equals("DELETE")
                ? FaultyServer.error(403, "AccessDenied")
                : network.forward(request));
    assertThatThrownBy(() -> store.putFile("a", file))
        .isInstanceOf(StoreAccessDeniedException.class);
    network.setScript(
        request ->
            isEnd(request)
                ? FaultyServer.answer(200, "<Error><Code>InternalError</Code></Error>")
                : network.forward(request));
    assertThatThrownBy(() -> store.putFile("a", file)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(text("a")).isEqualTo("before");
  }

  @Test
  void racingWriters_onALossyNetwork_loseAndDoubleNothing() throws Exception {
    long seed = 11;
    Random random = new Random(seed);
    direct.put("log", bytes(""));
    network.setScript(
        request -> {
          int fate;
          synchronized (random) {
            fate = random.nextInt(10);
          }
          byte[] answer = fate == 0 ? null : network.forward(request);
          return fate == 1 ? null : answer;
        });

    CompareAndSwapContract.together(
        8,
        writer ->
            IntStream.range(0, 8)
                .mapToObj(i -> CompareAndSwapContract.append(store, writer + "." + i + ";"))
                .toList());

    assertThat(text("log").split(";", -1))
        .as("seed %d", seed)
        .hasSize(8 * 8 + 1)
        .doesNotHaveDuplicates();
  }
}
