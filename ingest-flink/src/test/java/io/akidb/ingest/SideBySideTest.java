package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two jobs into one collection at once. */
class SideBySideTest {
  private static final long SECONDS_MAX = 120;
  private static final CountDownLatch REACHED = new CountDownLatch(1);
  private static final CountDownLatch RELEASED = new CountDownLatch(1);

  @TempDir Path folder;

  private record Run(int code, String said) {}

  private static Run run(StoreOpener opener, List<String> arguments) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    String[] all =
        Stream.concat(
                arguments.stream(),
                Stream.of("--local", "--parallelism", "1", "--checkpoint-interval-ms", "100"))
            .toArray(String[]::new);
    int code = IngestJob.run(new IngestJob(out, Clock.systemUTC(), opener), out, all);
    return new Run(code, said.toString(StandardCharsets.UTF_8));
  }

  private List<String> ingest(Collected collected, Events events, String writer) throws Exception {
    Path file = events.writeTo(folder.resolve(writer + events.good()), 1).get(0);
    return new ArrayList<>(collected.arguments("--file", file.toString(), "--writer", writer));
  }

  @Test
  void jobs_differentWriters_eachEventOnce() throws Exception {
    Events all = new Events(11, 8_000, 300);
    try (Collected collected = Collected.local(folder)) {
      List<String> one = ingest(collected, all.part(0, 2), "one");
      List<String> two = ingest(collected, all.part(1, 2), "two");
      one.addAll(List.of("--segment-rows-max", "100"));
      two.addAll(List.of("--segment-rows-max", "100"));

      CompletableFuture<Run> first =
          CompletableFuture.supplyAsync(() -> run(ObjectStores::open, one));
      Run second = run(ObjectStores::open, two);

      assertThat(second.code()).as(second.said()).isZero();
      Run other = first.get(SECONDS_MAX, TimeUnit.SECONDS);
      assertThat(other.code()).as(other.said()).isZero();
      all.requireIn(collected, List.of(), "seed 11");
      assertThat(collected.head().writers()).containsOnlyKeys("one", "two");
    }
  }

  /** Holds back workers, not who starts the job. */
  private static ObjectStore openHeld(BucketConfig config) {
    if (!Thread.currentThread().getName().equals("older")) {
      REACHED.countDown();
      try {
        assertThat(RELEASED.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return ObjectStores.open(config);
  }

  @Test
  void jobs_sameWriter_olderStopsAndSaysWhy() throws Exception {
    Events events = new Events(12, 500, 100);
    try (Collected collected = Collected.local(folder)) {
      List<String> mine = ingest(collected, events, "same");
      List<String> theirs = ingest(collected, new Events(13, 300, 100), "same");
      CompletableFuture<Run> older = new CompletableFuture<>();
      Thread thread =
          new Thread(() -> older.complete(run(SideBySideTest::openHeld, theirs)), "older");
      thread.start();
      assertThat(REACHED.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();

      Run newer = run(ObjectStores::open, mine);
      RELEASED.countDown();

      assertThat(newer.code()).as(newer.said()).isZero();
      Run stopped = older.get(SECONDS_MAX, TimeUnit.SECONDS);
      thread.join();
      assertThat(stopped.code()).isEqualTo(1);
      assertThat(stopped.said())
          .contains("another job has taken over as writer 'same' of collection things")
          .contains("--writer");
      events.requireIn(collected, List.of(), "seed 12");
    }
  }
}
