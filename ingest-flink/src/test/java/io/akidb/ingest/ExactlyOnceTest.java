package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.ingest.Events.Event;
import io.akidb.objectstore.ObjectStores;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole job in a MiniCluster, over a bucket that fails. */
class ExactlyOnceTest {
  private static final String[] LOCAL = {
    "--local",
    "--checkpoint-interval-ms",
    "100",
    "--segment-rows-max",
    "100",
    "--flink",
    "restart-strategy.exponential-delay.initial-backoff=50 ms",
    "--flink",
    "restart-strategy.exponential-delay.max-backoff=50 ms",
    "--flink",
    "restart-strategy.exponential-delay.attempts-before-reset-backoff=1000"
  };

  @TempDir Path folder;

  /** What the job said, and how it ended. */
  private record Run(int code, String said) {}

  private static Run run(StoreOpener opener, List<String> arguments) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int code =
        IngestJob.run(
            new IngestJob(out, Clock.systemUTC(), opener),
            out,
            Stream.concat(arguments.stream(), Stream.of(LOCAL)).toArray(String[]::new));
    return new Run(code, said.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void job_bucketThatFailsAndOtherWriters_eachOnce(long seed) throws Exception {
    try (Collected collected = Collected.local(folder)) {
      Events events = new Events(seed, 15_000, 1_000);
      events.writeTo(folder.resolve("in"), 3);
      List<Event> byRest = byRest(seed);
      FlakyStore.arm(seed, 8, 16);
      CompletableFuture<Void> rest =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < byRest.size(); i += 5) {
                  collected.append(byRest.subList(i, i + 5).stream().map(Event::row).toList());
                }
              });

      Run run =
          run(FlakyStore::open, collected.arguments("--file", folder.resolve("in").toString()));

      rest.get(60, TimeUnit.SECONDS);
      String because = "seed " + seed;
      assertThat(run.code()).as(because + run.said()).isZero();
      assertThat(FlakyStore.left()).as(because + ": failures that never fell").isZero();
      events.requireIn(collected, byRest, because);
      assertThat(run.said())
          .contains("\"rows_committed\":" + events.good())
          .contains("\"dead_letters\":" + (15_000 - events.good()));
      assertThat(collected.below("dead-letters-staged/")).hasSizeLessThanOrEqualTo(2 * 8);
    }
  }

  /** Over the same ids, with orders between those of the stream. */
  private static List<Event> byRest(long seed) {
    List<Event> events = new ArrayList<>();
    for (Event event : new Events(seed + 1_000, 200, 1_000).all()) {
      events.add(new Event(event.id(), event.order() * 75 + 5, event.value(), false));
    }
    return events;
  }

  @Test
  void job_runTwice_secondRunIsTheNewest() throws Exception {
    try (Collected collected = Collected.local(folder)) {
      Path file = folder.resolve("rows.jsonl");
      java.nio.file.Files.writeString(file, "{\"id\":\"a\",\"vector\":[1,1,2,3]}\n");
      run(ObjectStores::open, collected.arguments("--file", file.toString()));
      java.nio.file.Files.writeString(file, "{\"id\":\"a\",\"vector\":[2,1,2,3]}\n");

      Run second = run(ObjectStores::open, collected.arguments("--file", file.toString()));

      assertThat(second.code()).isZero();
      assertThat(Collected.newest(collected.rows()).get("a").vector()[0]).isEqualTo(2);
      assertThat(collected.rows()).hasSize(2);
    }
  }
}
