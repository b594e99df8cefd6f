package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.VectorRecord;
import io.akidb.ingest.Events.Event;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** From a real broker into a collection. */
class KafkaIngestTest {
  @TempDir static Path brokerFolder;
  private static KafkaBroker broker;

  @TempDir Path folder;
  private String topic;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = KafkaBroker.start(brokerFolder);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void createTopic(TestInfo test) throws Exception {
    topic = test.getTestMethod().orElseThrow().getName();
    broker.createTopic(topic, 2);
  }

  private List<String> arguments(Collected collected, String... more) {
    List<String> arguments = collected.arguments("--kafka", broker.brokers(), "--topic", topic);
    arguments.addAll(List.of("--group", topic, "--bounded", "--local"));
    arguments.addAll(List.of("--checkpoint-interval-ms", "100"));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static void run(List<String> arguments) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int code = IngestJob.run(out, out, arguments.toArray(String[]::new));
    assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
  }

  private static String upsert(String id, int value, String more) {
    return "{\"id\":\"" + id + "\",\"vector\":[" + value + ",1,2,3]" + more + "}";
  }

  @Test
  void bounded_upsertsDeletesAndBadRecords_newestByEventOrder() throws Exception {
    broker.send(topic, 0, 1000, "a", upsert("a", 1, ""));
    broker.send(topic, 0, 2000, "a", upsert("a", 2, ""));
    broker.send(topic, 0, 2000, "same", upsert("same", 1, ""));
    broker.send(topic, 0, 2000, "same", upsert("same", 2, ""));
    broker.send(topic, 1, 1000, "late", upsert("late", 2, ",\"order\":9"));
    broker.send(topic, 1, 2000, "late", upsert("late", 1, ",\"order\":8"));
    broker.send(topic, 1, 1000, "gone", upsert("gone", 1, ""));
    broker.send(topic, 1, 2000, "gone", null);
    broker.send(topic, 1, 3000, "back", null);
    broker.send(topic, 1, 4000, "back", upsert("back", 1, ""));
    broker.send(topic, 0, 4000, "b", "no JSON");
    broker.send(topic, 0, 5000, null, null);
    broker.send(topic, 1, 5000, "b", "{\"id\":\"b\",\"vector\":[1]}");
    broker.flush();
    try (Collected collected = Collected.local(folder)) {
      run(arguments(collected));

      List<VectorRecord> rows = collected.rows();
      Map<String, VectorRecord> newest = Collected.newest(rows);
      assertThat(rows).hasSize(10);
      assertThat(newest).containsOnlyKeys("a", "same", "late", "gone", "back");
      assertThat(newest.get("a").vector()[0]).isEqualTo(2);
      assertThat(newest.get("a").order()).isEqualTo(2_000_000);
      assertThat(newest.get("same").vector()[0]).isEqualTo(2);
      assertThat(newest.get("late").vector()[0]).isEqualTo(2);
      assertThat(newest.get("gone").isTombstone()).isTrue();
      assertThat(newest.get("back").vector()[0]).isEqualTo(1);
      assertThat(collected.deadLetters())
          .extracting(letter -> letter.get("position").asText())
          .containsExactlyInAnyOrder(
              "partition 0 offset 4", "partition 0 offset 5", "partition 1 offset 6");
      assertThat(collected.deadLetters())
          .extracting(letter -> letter.get("source").asText())
          .containsOnly(topic);
    }
  }

  @Test
  void topic_thatIsNotThere_isAUsageErrorAtOnce() {
    for (String name : List.of("nowhere", "no topic's name")) {
      assertThatThrownBy(() -> KafkaTopic.require(broker.brokers(), name))
          .isInstanceOf(IngestUsageException.class)
          .hasMessageContainingAll("--topic", name, broker.brokers());
    }
    KafkaTopic.require(broker.brokers(), topic);
  }

  @Test
  void broker_thatIsNone_isTold() {
    assertThatThrownBy(() -> KafkaTopic.require("127.0.0.1:1", topic, 1_000))
        .isInstanceOf(IngestFailedException.class)
        .hasMessageContainingAll("--kafka: no broker answers at", "127.0.0.1:1");
    assertThatThrownBy(() -> KafkaTopic.require("no brokers", topic))
        .isInstanceOf(IngestUsageException.class)
        .hasMessageContainingAll("--kafka", "no brokers", "host:9092");
  }

  @Test
  void bounded_runAgain_goesOnBehindWhatWasCommitted() throws Exception {
    try (Collected collected = Collected.local(folder)) {
      broker.send(topic, 0, 1, "a", upsert("a", 1, ""));
      broker.flush();
      run(arguments(collected));
      broker.send(topic, 0, 2, "b", upsert("b", 1, ""));
      broker.flush();

      run(arguments(collected));

      // The group's offset is told to Kafka behind the commit, and the job's end does not wait for
      // that: a row may come again, with the same order.
      assertThat(Collected.newest(collected.rows())).containsOnlyKeys("a", "b");
      assertThat(collected.rows()).filteredOn(row -> row.id().equals("b")).hasSize(1);
    }
  }

  @Test
  void bounded_killedAndStartedAgain_eachOnce() throws Exception {
    Events events = new Events(7, 10_000, 500);
    for (int i = 0; i < events.all().size(); i++) {
      Event event = events.all().get(i);
      broker.send(topic, i % 2, 1, event.id(), event.json());
    }
    broker.flush();
    try (Collected collected = Collected.local(folder)) {
      List<String> arguments =
          arguments(
              collected,
              "--checkpoint-dir",
              folder.resolve("checkpoints").toString(),
              "--segment-rows-max",
              "20");
      try (JobProcess job = JobProcess.start(folder, Map.of(), "400m", arguments)) {
        boolean ended = job.awaitUnlessEnded(() -> collected.head().freshRows() > 0);
        assertThat(ended).as("ended before it was killed: " + job.said()).isFalse();
      }

      try (JobProcess job = JobProcess.start(folder, Map.of(), "400m", arguments)) {
        assertThat(job.await()).as(job.said()).isZero();
        JsonNode figures = job.figures();
        assertThat(figures.get("rows_read").asLong()).isLessThan(10_000);
        assertThat(figures.get("rows_committed").asLong()).isEqualTo(events.good());
      }
      events.requireIn(collected, List.of(), "seed 7");
    }
  }
}
