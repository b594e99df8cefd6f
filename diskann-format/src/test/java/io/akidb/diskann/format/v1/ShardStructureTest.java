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

/** Each rule of {@code spec/v1.md} about what stands in a section, broken under good checksums. */
class ShardStructureTest {
  private static final int SIZE = 300;
  private static final int DIMENSION = 6;
  private static final int DEGREE_AT = 4 * 16 + 4;

  @TempDir Path folder;

  private Path file;
  private ShardBytes shard;

  @BeforeEach
  void write() {
    file = folder.resolve("a.shard");
    ShardModel.random(8, DIMENSION, DistanceMetric.L2, SIZE).write("pq", file);
    shard = ShardBytes.of(file);
  }

  private void require(String message, Consumer<ShardBytes> change) {
    ShardBytes changed = new ShardBytes(shard.array());
    change.accept(changed);
    changed.fixChecksums().write(file);
    List<ShardFormatException> errors = ShardUse.of("pq", file, message);
    assertThat(errors)
        .anySatisfy(
            e ->
                assertThat(e)
                    .isInstanceOf(CorruptShardException.class)
                    .hasMessageContaining(message));
  }

  private void requireInt(String message, int section, int offset, int... values) {
    for (int value : values) {
      require(message, s -> s.buffer().putInt(s.at(section) + offset, value));
    }
  }

  private void requireLong(String message, int section, int offset, long... values) {
    for (long value : values) {
      require(message, s -> s.buffer().putLong(s.at(section) + offset, value));
    }
  }

  @Test
  void parameters_outOfBounds_areCorrupt() {
    requireInt("dimension", ShardBytes.PARAMETERS, 0, 0, -1, 4097, Integer.MAX_VALUE);
    requireInt("metric", ShardBytes.PARAMETERS, 4, -1, 3);
    requireInt("number of vectors", ShardBytes.PARAMETERS, 8, -1, Integer.MAX_VALUE);
    requireInt("bytes, not", ShardBytes.PARAMETERS, 8, SIZE - 1, SIZE + 1, 1 << 30);
    requireInt("degree", ShardBytes.PARAMETERS, 12, -1, 257);
    requireInt("stride", ShardBytes.PARAMETERS, 12, 100);
    requireInt("stride", ShardBytes.PARAMETERS, 16, 0, 64);
    requireInt("stride", ShardBytes.PARAMETERS, 20, 0, 1);
    requireInt("entry node", ShardBytes.PARAMETERS, 24, -2, SIZE, Integer.MAX_VALUE);
    requireInt("no entry node", ShardBytes.PARAMETERS, 24, -1);
    requireInt("maxDegree", ShardBytes.PARAMETERS, 28, 3, 257);
    requireInt("buildListSize", ShardBytes.PARAMETERS, 32, 7, 2001);
    requireInt("alpha", ShardBytes.PARAMETERS, 36, 0x7fc00000, 0);
    requireInt("pqSubspaces", ShardBytes.PARAMETERS, 48, -1, 4097);
    requireInt("number of attributes", ShardBytes.PARAMETERS, 52, -1, 257);
    requireInt("behind their end", ShardBytes.PARAMETERS, 52, 6, 0);
    requireInt("cut off", ShardBytes.PARAMETERS, 52, 8);
    requireInt("attribute type", ShardBytes.PARAMETERS, 56, -1, 5);
    requireInt("attribute's name", ShardBytes.PARAMETERS, 60, -1, 1025);
    requireInt("cut off", ShardBytes.PARAMETERS, 60, 1024);
  }

  @Test
  void attributeNames_notUtf8OrOutOfOrder_areCorrupt() {
    require("name is not UTF-8", s -> s.array()[s.at(ShardBytes.PARAMETERS) + 64] = (byte) 0xff);
    require("names are out of order", s -> s.array()[s.at(ShardBytes.PARAMETERS) + 64] = 'z');
  }

  @Test
  void parameters_cutOff_areCorrupt() {
    require("cut off", s -> s.buffer().putLong(s.entryOf(ShardBytes.PARAMETERS) + 16, 55));
  }

  @Test
  void node_withTooManyOrUnknownNeighbours_isCorrupt() {
    // Whatever the walk meets first.
    for (int degree : new int[] {-1, 9, Integer.MAX_VALUE}) {
      require("neighbours", s -> onEachNode(s, at -> s.buffer().putInt(at, degree)));
    }
    for (int neighbour : new int[] {-1, SIZE, Integer.MAX_VALUE}) {
      require(
          "as a neighbour",
          s -> onEachNode(s, at -> s.buffer().putInt(at, 1).putInt(at + 4, neighbour)));
    }
  }

  private static void onEachNode(ShardBytes s, Consumer<Integer> degreeAt) {
    int stride = s.buffer().getInt(s.at(ShardBytes.PARAMETERS) + 16);
    int perPage = s.buffer().getInt(s.at(ShardBytes.PARAMETERS) + 20);
    for (int node = 0; node < SIZE; node++) {
      degreeAt.accept(
          s.at(ShardBytes.NODES) + node / perPage * 4096 + node % perPage * stride + DEGREE_AT);
    }
  }

  @Test
  void ids_outOfBoundsOrNotUtf8_areCorrupt() {
    requireLong("node 0 does not lie", ShardBytes.IDS, 0, -1, 1 << 20, Long.MAX_VALUE);
    requireLong("node 0 does not lie", ShardBytes.IDS, 8, -1, Long.MAX_VALUE, Long.MIN_VALUE);
    require(
        "an id is not UTF-8", s -> s.array()[s.at(ShardBytes.IDS) + 8 * (SIZE + 1)] = (byte) 0x80);
    require("cut off", s -> s.buffer().putLong(s.entryOf(ShardBytes.IDS) + 16, 8 * SIZE));
  }

  @Test
  void idIndex_ofUnknownNodes_isCorrupt() {
    for (int node : new int[] {-1, SIZE, Integer.MAX_VALUE}) {
      require(
          "the index of ids",
          s -> {
            for (int i = 0; i < SIZE; i++) {
              s.buffer().putInt(s.at(ShardBytes.ID_INDEX) + 8 * SIZE + 4 * i, node);
            }
          });
    }
  }

  @Test
  void payloads_outOfBounds_areCorrupt() {
    requireLong("node 0 does not lie", ShardBytes.PAYLOADS, 8, -1, Long.MAX_VALUE);
  }

  @Test
  void codebook_ofAnotherSchemaOrDamaged_isCorrupt() {
    // Its own checksum stands before the section's.
    require("PQ codebook", s -> s.array()[s.at(ShardBytes.CODEBOOK) + 40] ^= 1);
    require("PQ codebook", s -> s.array()[s.at(ShardBytes.CODEBOOK)] ^= 1);
    requireInt("PQ codebook", ShardBytes.CODEBOOK, 24, 0, 7);
    ShardBytes longer = new ShardBytes(Arrays.copyOf(shard.array(), 7 << 20));
    longer.buffer().putLong(16, longer.length());
    longer.buffer().putLong(longer.entryOf(ShardBytes.CODEBOOK) + 8, shard.length());
    longer
        .buffer()
        .putLong(longer.entryOf(ShardBytes.CODEBOOK) + 16, longer.length() - shard.length());
    shard = longer;
    require("codebook is too large", s -> {});
  }
}
