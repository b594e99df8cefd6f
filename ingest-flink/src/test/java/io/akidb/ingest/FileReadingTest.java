package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.VectorRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FileReadingTest {
  private static final Item.Origin ORIGIN = new Item.Origin("a", "row 1");

  private static Item row(@Nullable String payload) {
    byte[] bytes = payload == null ? null : payload.getBytes(StandardCharsets.UTF_8);
    return new Item.Row(VectorRecord.upsert("a", 1, new float[] {1}, bytes), ORIGIN);
  }

  private static FileReading where(@Nullable String field, String... values) {
    return new FileReading("t", field, List.of(values), 1);
  }

  @Test
  void wants_noCondition_isEverything() {
    assertThat(where(null).wants(row(null))).isTrue();
    assertThat(where(null).wants(row("{}"))).isTrue();
  }

  @Test
  void wants_condition_isOneOfItsValues() {
    FileReading reading = where("kind", "a", "b");

    assertThat(reading.wants(row("{\"kind\":\"b\"}"))).isTrue();
    assertThat(reading.wants(row("{\"kind\":\"c\"}"))).isFalse();
    assertThat(reading.wants(row("{}"))).isFalse();
    assertThat(reading.wants(row(null))).isFalse();
  }

  @Test
  void wants_deadLetterUnderACondition_isKept() {
    assertThat(where("kind", "a").wants(new Item.DeadLetter("bad", new byte[0], ORIGIN))).isTrue();
    assertThat(where("kind", "a").wants(row("no JSON"))).isTrue();
  }
}
