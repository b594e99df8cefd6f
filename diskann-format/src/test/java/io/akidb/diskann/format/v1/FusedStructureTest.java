package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.ShardFormatException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of {@code spec/v1.md} that only fused shards have, broken under good checksums. */
class FusedStructureTest {
  private static final int ENTRIES = 10;
  private static final int SIZE = 300;
  private static final int DIMENSION = 6;
  private static final int NODES_AT = 16 + 4 * 128 / 8 + 4 * DIMENSION;

  @TempDir Path folder;

  private Path file;
  private ShardBytes shard;

  @BeforeEach
  void write() {
    file = folder.resolve("a.shard");
    ShardModel.random(8, DIMENSION, DistanceMetric.L2, SIZE).write("diskann", file);
    shard = ShardBytes.of(file);
  }

  private List<ShardFormatException> errors(String what, Consumer<ShardBytes> change) {
    ShardBytes changed = new ShardBytes(shard.array());
    change.accept(changed);
    changed.fixChecksums().write(file);
    return ShardUse.of("diskann", file, what);
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

  @Test
  void entries_ofAnotherShape_areCorrupt() {
    requireInt("another dimension", 0, 0, 112, 144, -1, Integer.MAX_VALUE);
    requireInt("entries", 4, -1, 0, SIZE + 1, 1025, Integer.MAX_VALUE);
    requireInt("the entries have", 4, 1, 17);
    requireInt("is an entry", NODES_AT, -1, SIZE, Integer.MAX_VALUE);
    assertThat(errors("cut off", s -> s.buffer().putLong(s.entryOf(ENTRIES) + 16, 15)))
        .hasAtLeastOneElementOfType(CorruptShardException.class);
  }

  @Test
  void codes_ofAnyBytes_giveAnAnswer() {
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
