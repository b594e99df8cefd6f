package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.VectorRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Mutated lines either parse, to a record that survives its way to the writer, or are refused with
 * a {@link BadRecordException}; nothing else ever comes out.
 */
class JsonRecordParserFuzzer {
  private static final long SEED = Long.getLong("fuzz.seed", 20_261_121);
  private static final int ROUNDS = 30_000;
  private static final String ALPHABET = "{}[]\",:$0123456789-eE.+tfn\\u \n";
  private static final List<String> RECORDS =
      List.of(
          "{\"id\":\"a\u00e9\ud83d\ude00\",\"vector\":[1,-2.5e3,0.1,1e-40],\"payload\":{\"x\":[1.50,{\"y\":null}]}}",
          "{\"id\":12,\"vector\":\"AACAPwAAAEAAAEBA\",\"op\":\"upsert\",\"order\":42}",
          "{\"op\":\"delete\",\"id\":\"gone\",\"event_at\":\"2026-11-21T08:00:00.123456Z\"}",
          "{\"tenant_id\":\"acme\",\"id\":\"\\ud83d\\ude00\\u0000\",\"vector\":[],\"payload\":null}");
  private static final List<String> SIDECARS =
      List.of(
          "{\"id\":\"a\",\"price\":1.25,\"tags\":[\"u\",\"v\"],\"deep\":{\"x\":{\"y\":1}}}",
          "{\"id\":7,\"payload\":{\"x\":\"\u00e9\"}}");

  private final JsonRecordParser parser = new JsonRecordParser("acme");

  @Test
  void parse_linesMutated_isARecordOrRefused() {
    Random random = new Random(SEED);
    int parsed = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] line = mutated(RECORDS, random);
      try {
        VectorRecord row = parser.parse(line, 0, line.length, 7);
        Item.Row item = new Item.Row(row, new Item.Origin("a", "row 1"));
        VectorRecord back = TestFiles.row(ItemCodec.decode(ItemCodec.encode(item)));
        assertThat(back.id()).isEqualTo(row.id());
        assertThat(back.vector()).isEqualTo(row.vector());
        parsed++;
      } catch (BadRecordException e) {
        assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(400);
      } catch (RuntimeException | AssertionError e) {
        throw failure(i, line, e);
      }
    }
    assertThat(parsed).as("some must survive, or nothing was tested").isGreaterThan(ROUNDS / 100);
  }

  @Test
  void sidecar_linesMutated_isOneOrRefused() {
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS / 3; i++) {
      byte[] line = mutated(SIDECARS, random);
      try {
        JsonRecordParser.Sidecar sidecar = JsonRecordParser.sidecar(line);
        assertThat(sidecar.payload()[0]).isEqualTo((byte) '{');
        JsonRecordParser.payloadHas(sidecar.payload(), "price", "1.25");
      } catch (BadRecordException e) {
        assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(400);
      } catch (RuntimeException | AssertionError e) {
        throw failure(i, line, e);
      }
    }
  }

  private static byte[] mutated(List<String> seeds, Random random) {
    String seed = seeds.get(random.nextInt(seeds.size()));
    return Mutations.mutate(seed.getBytes(StandardCharsets.UTF_8), ALPHABET, random);
  }

  private static AssertionError failure(int round, byte[] line, Throwable e) {
    return new AssertionError(
        "seed " + SEED + ", round " + round + ": " + new String(line, StandardCharsets.UTF_8), e);
  }
}
