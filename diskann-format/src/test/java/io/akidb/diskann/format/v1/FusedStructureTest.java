package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.ShardFormatException;
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
  void codes_ofAnyBytes_giveAnAnswer() {
    write("diskann");
    // Codes are estimates: any bytes are one, and no error comes of them.
    for (int fill : new int[] {0x00, 0x7f, 0x80, 0xff}) {
      assertThat(
              errors(
                  "codes of " + fill,
                  s -> {
                    int stride = s.buffer().getInt(s.at(ShardBytes.PARAMETERS) + 16);
                    int perPage = s.buffer().getInt(s.at(ShardBytes.PARAMETERS) + 20);
                    int codesAt = 4 * 16 + 8 + 4 * ShardModel.parameters().maxDegree();
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
