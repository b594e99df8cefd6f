package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.ShardFormatException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules of {@code spec/v1.md} about neighbour codes, and about entries, which resident shards
 * have, too, broken under good checksums.
 */
class FusedStructureTest {
  private static final int ENTRIES = 10;
  private static final int SIZE = 300;
  private static final int DIMENSION = 6;
  private static final int NODES_AT = 16 + 4 * 128 / 8 + 4 * DIMENSION;

  @TempDir Path folder;

  private Path file;
  private ShardBytes shard;
  private String written = "";

  private void write(String type) {
    written = type;
    file = folder.resolve("a.shard");
    ShardModel.random(8, DIMENSION, DistanceMetric.L2, SIZE).write(type, file);
    shard = ShardBytes.of(file);
  }

  private List<ShardFormatException> errors(String what, Consumer<ShardBytes> change) {
    ShardBytes changed = new ShardBytes(shard.array());
    change.accept(changed);
    changed.fixChecksums().write(file);
    return ShardUse.of(written, file, what);
  }

  private void requireInt(String message, int offset, int... values) {
    for (int value : values) {
      assertThat(errors(message, s -> s.buffer().putInt(s.at(ENTRIES) + offset, value)))
          .anySatisfy(
              e ->
                  assertThat(e)
                      .isInstanceOf(CorruptShardException.class)
                      .hasMessageContaining(message));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"diskann", "pq", "sq4"})
  void entries_ofAnotherShape_areCorrupt(String type) {
    write(type);
    requireInt("another dimension", 0, 0, 112, 144, -1, Integer.MAX_VALUE);
    requireInt("entries", 4, -1, 0, SIZE + 1, 1025, Integer.MAX_VALUE);
    requireInt("the entries have", 4, 1, 17);
    requireInt("is an entry", NODES_AT, -1, SIZE, Integer.MAX_VALUE);
    assertThat(errors("cut off", s -> s.buffer().putLong(s.entryOf(ENTRIES) + 16, 15)))
        .hasAtLeastOneElementOfType(CorruptShardException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"diskann", "pq", "sq4"})
  void entries_ofAnyCodesAndAnyNodes_giveAnAnswer(String type) {
    write(type);
    int count = shard.buffer().getInt(shard.at(ENTRIES) + 4);
    int codesAt = NODES_AT + 4 * count;
    for (int fill : new int[] {0x00, 0x7f, 0xff}) {
      assertThat(
              errors(
                  "all entries are one node, of codes " + fill,
                  s -> {
                    int at = s.at(ENTRIES);
                    Arrays.fill(s.array(), at + NODES_AT, at + codesAt, (byte) 0);
                    Arrays.fill(s.array(), at + codesAt, at + s.length(ENTRIES), (byte) fill);
                  }))
          .isEmpty();
    }
  }

  @Test
  void packed_pagesOfAnotherShape_areCorrupt() {
    write("packed-diskann");
    int at = shard.at(ShardBytes.PARAMETERS);
    int inPage = shard.buffer().getInt(at + 20);
    for (int wrong : new int[] {0, -1, 57, Integer.MAX_VALUE}) {
      requireCorrupt("cannot be packed", s -> s.buffer().putInt(at + 20, wrong));
    }
    requireCorrupt("cannot be packed", s -> s.buffer().putInt(at + 12, 33));
    requireCorrupt("cannot be packed", s -> s.buffer().putInt(at + 8, (1 << 24) + 1));
    requireCorrupt("the stride is not", s -> s.buffer().putInt(at + 16, 128));
    requireCorrupt("section 2 has", s -> s.buffer().putInt(at + 20, inPage + 1));
  }

  @Test
  void packed_listsThatAreNotInTheirPage_areCorrupt() {
    write("packed-diskann");
    requireCorrupt(
        "are not in its page", s -> heads(s, (head, b) -> b.putShort(head + 4, (short) -1)));
    requireCorrupt(
        "are not in its page", s -> heads(s, (head, b) -> b.putShort(head + 4, (short) 4000)));
    requireCorrupt("255 neighbours", s -> heads(s, (head, b) -> b.put(head + 6, (byte) 255)));
  }

  @Test
  void packed_codesOfAnyBytes_giveAnAnswer() {
    write("packed-diskann");
    for (int fill : new int[] {0x00, 0x7f, 0x80, 0xff}) {
      assertThat(
              errors(
                  "codes of " + fill,
                  s ->
                      heads(
                          s,
                          (head, bytes) -> {
                            int degree = bytes.get(head + 6);
                            int from = head / 4096 * 4096 + bytes.getShort(head + 4);
                            int codes = 8 + 32 * ((degree + 1) / 2) + 3 * degree;
                            Arrays.fill(s.array(), from, from + codes, (byte) fill);
                          })))
          .isEmpty();
    }
  }

  @Test
  void packed_headsThatNameOtherLists_giveAnAnswerOrSayCorrupt() {
    write("packed-diskann");
    for (int begin : new int[] {0, 1, 8, 100, 1000}) {
      assertThat(
              errors(
                  "lists at " + begin,
                  s -> heads(s, (head, b) -> b.putShort(head + 4, (short) begin))))
          .allSatisfy(e -> assertThat(e).isInstanceOf(CorruptShardException.class));
    }
  }

  private static void heads(ShardBytes shard, HeadChange change) {
    int inPage = shard.buffer().getInt(shard.at(ShardBytes.PARAMETERS) + 20);
    int stride = shard.buffer().getInt(shard.at(ShardBytes.PARAMETERS) + 16);
    for (int node = 0; node < SIZE; node++) {
      int pageEnd = shard.at(ShardBytes.NODES) + node / inPage * 4096 + 4096;
      change.accept(pageEnd - (inPage - node % inPage - 1) * stride - 8, shard.buffer());
    }
  }

  private interface HeadChange {
    void accept(int head, ByteBuffer bytes);
  }

  private void requireCorrupt(String message, Consumer<ShardBytes> change) {
    assertThat(errors(message, change))
        .anySatisfy(
            e ->
                assertThat(e)
                    .isInstanceOf(CorruptShardException.class)
                    .hasMessageContaining(message));
  }

  @Test
  void codes_ofAnyBytes_giveAnAnswer() {
    write("wide-diskann");
    // Codes are estimates: any bytes are one, and no error comes of them.
    for (int fill : new int[] {0x00, 0x7f, 0x80, 0xff}) {
      assertThat(
              errors(
                  "codes of " + fill,
                  s -> {
                    int stride = s.buffer().getInt(s.at(ShardBytes.PARAMETERS) + 16);
                    int perPage = s.buffer().getInt(s.at(ShardBytes.PARAMETERS) + 20);
                    int codesAt = 4 * 16 + 8 + 4 * ShardModel.WIDE;
                    for (int node = 0; node < SIZE; node++) {
                      int at =
                          s.at(ShardBytes.NODES) + node / perPage * 4096 + node % perPage * stride;
                      Arrays.fill(s.array(), at + codesAt, at + stride, (byte) fill);
                    }
                  }))
          .isEmpty();
    }
  }
}
