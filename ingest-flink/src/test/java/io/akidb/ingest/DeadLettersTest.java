package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.FieldError;
import io.akidb.catalog.VectorRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLettersTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // by setUp
  private Collected collected;

  @SuppressWarnings("NullAway.Init") // by setUp
  private DeadLetters letters;

  @BeforeEach
  void setUp() {
    collected = Collected.local(folder);
    letters = new DeadLetters(collected.store, TestTargets.of(collected));
  }

  @AfterEach
  void tearDown() {
    collected.close();
  }

  private static Item.DeadLetter letter(String reason, byte[] raw) {
    return new Item.DeadLetter(reason, raw, new Item.Origin("a\u00e9.jsonl", "row 7"));
  }

  @Test
  void publish_whatWasStaged_isSeenOnlyThen() {
    byte[] raw = {0, -1, '\n', '"'};
    assertThat(letters.add(letter("not \"JSON\"\nat all", raw))).isEmpty();
    assertThat(letters.add(letter("second", new byte[0]))).isEmpty();
    UUID object = letters.flush().orElseThrow();
    assertThat(collected.deadLetters()).isEmpty();
    assertThat(collected.below("dead-letters-staged/")).hasSize(1);

    letters.publish(object);

    List<JsonNode> lines = collected.deadLetters();
    assertThat(lines).hasSize(2);
    JsonNode first = lines.get(0);
    assertThat(first.get("source").asText()).isEqualTo("a\u00e9.jsonl");
    assertThat(first.get("position").asText()).isEqualTo("row 7");
    assertThat(first.get("reason").asText()).isEqualTo("not \"JSON\"\nat all");
    assertThat(Base64.getDecoder().decode(first.get("raw_base64").asText())).isEqualTo(raw);
    assertThat(collected.below("dead-letters-staged/")).isEmpty();
  }

  @Test
  void publish_twice_changesNothing() {
    letters.add(letter("bad", new byte[] {1}));
    UUID object = letters.flush().orElseThrow();

    letters.publish(object);
    letters.publish(object);

    assertThat(collected.deadLetters()).hasSize(1);
  }

  @Test
  void publish_neverStaged_isTold() {
    UUID object = UUID.randomUUID();

    assertThatThrownBy(() -> letters.publish(object))
        .isInstanceOf(IngestFailedException.class)
        .hasMessageContaining("staged dead letters are gone from the bucket: " + object);
  }

  @Test
  void flush_nothingOpen_stagesNothing() {
    assertThat(letters.flush()).isEmpty();
    letters.add(letter("bad", new byte[0]));
    assertThat(letters.flush()).isPresent();
    assertThat(letters.flush()).isEmpty();
  }

  @Test
  void add_moreThanOneObjectHolds_stagesObjectsOfBoundedSize() {
    byte[] raw = new byte[RecordFile.RAW_BYTES_MAX];
    int count = 2_000;
    List<UUID> objects = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      letters.add(letter("bad " + i, raw)).ifPresent(objects::add);
    }
    Optional<UUID> last = letters.flush();
    last.ifPresent(objects::add);

    assertThat(objects).hasSizeBetween(2, 4);
    assertThat(collected.below("dead-letters-staged/"))
        .hasSize(objects.size())
        .allSatisfy(object -> assertThat(object.size()).isLessThan(5 << 20));
    objects.forEach(letters::publish);
    assertThat(collected.deadLetters())
        .extracting(line -> line.get("reason").asText())
        .hasSize(count)
        .doesNotHaveDuplicates();
  }

  @Test
  void reason_severalErrors_namesEachField() {
    assertThat(
            DeadLetters.reason(
                List.of(new FieldError("/id", "is empty"), new FieldError("/vector", "is short"))))
        .isEqualTo("/id is empty; /vector is short");
  }

  @Test
  void raw_ofARecord_isItsIdAndPayloadWithinTheBound() {
    Item.Origin origin = new Item.Origin("a", "row 1");
    byte[] payload = "{\"x\":1}".getBytes(StandardCharsets.UTF_8);

    assertThat(
            DeadLetters.raw(
                new Item.Row(VectorRecord.upsert("a", 1, new float[] {1}, payload), origin)))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("id=a payload={\"x\":1}");
    assertThat(DeadLetters.raw(new Item.Row(VectorRecord.tombstone("a".repeat(9_999), 1), origin)))
        .hasSize(RecordFile.RAW_BYTES_MAX);
  }
}
