package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each rule about the section of attributes, broken under good checksums. */
class AttributeStructureTest {
  private static final int SIZE = 3;
  // Two columns; "d" of numbers: a length, three numbers, a bitmap; "t" of the texts "x" and "y".
  private static final int BASE = 4 + 2 * 16;

  @TempDir Path folder;

  private Path file;
  private ShardBytes shard;
  private int numbers;
  private int texts;

  @BeforeEach
  void write() {
    file = folder.resolve("a.shard");
    IndexSchema schema =
        new IndexSchema(
            1,
            DistanceMetric.L2,
            new TreeMap<>(Map.of("d", AttributeType.DOUBLE, "t", AttributeType.STRING)));
    new ShardModel(
            schema,
            List.of(
                record("a", 1.5, "x"),
                record("b", -2.0, "y"),
                new IndexRecord("c", 3, new float[] {3}, new byte[0], Map.of())))
        .write("flat", file);
    shard = ShardBytes.of(file);
    numbers = shard.at(ShardBytes.ATTRIBUTES) + BASE;
    texts = numbers + (int) shard.buffer().getLong(numbers - BASE + 4 + 16);
  }

  private static IndexRecord record(String id, double number, String text) {
    return new IndexRecord(
        id,
        1,
        new float[] {1},
        new byte[0],
        Map.of("d", new AttributeValue.Float64(number), "t", new AttributeValue.Text(text)));
  }

  private void require(String message, Consumer<ShardBytes> change) {
    ShardBytes changed = new ShardBytes(shard.array());
    change.accept(changed);
    changed.fixChecksums().write(file);
    assertThat(ShardUse.of("flat", file, message))
        .anySatisfy(
            e ->
                assertThat(e)
                    .isInstanceOf(CorruptShardException.class)
                    .hasMessageContaining(message));
  }

  private void requireLong(String message, int at, long... values) {
    for (long value : values) {
      require(message, s -> s.buffer().putLong(at, value));
    }
  }

  @Test
  void directory_outOfBounds_isCorrupt() {
    int section = numbers - BASE;
    require("declared", s -> s.buffer().putInt(section, 3));
    requireLong("within its section", section + 4, 1, -1);
    requireLong("within its section", section + 12, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1);
    requireLong("behind their end", section + 28, 8);
    require("cut off", s -> s.buffer().putLong(s.entryOf(ShardBytes.ATTRIBUTES) + 16, BASE - 1));
  }

  @Test
  void numbers_cutOffOrNotOne_areCorrupt() {
    requireLong("numbers of an attribute are cut off", numbers, -1, 0, 1, Long.MAX_VALUE);
    requireLong("not one", numbers + 8, Double.doubleToRawLongBits(Double.NaN));
    // Of node 2, which has no number.
    ShardBytes unused = new ShardBytes(shard.array());
    unused.buffer().putLong(numbers + 24, Double.doubleToRawLongBits(Double.NaN));
    unused.fixChecksums().write(file);
    assertThat(ShardUse.of("flat", file, "a number that nobody has")).isEmpty();
  }

  @Test
  void texts_cutOffOrOutOfOrderOrNotUtf8_areCorrupt() {
    int offsets = texts + 4;
    int nodes = offsets + 3 * 8;
    int chars = nodes + 3 * 8;
    for (int count : new int[] {-1, 1000, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      require("texts of an attribute are cut off", s -> s.buffer().putInt(texts, count));
    }
    requireLong("within its section", offsets, 1, -1);
    requireLong("within its section", offsets + 8, -1, 3, Long.MAX_VALUE, Long.MIN_VALUE);
    requireLong("within its section", offsets + 16, 0, Long.MAX_VALUE);
    requireLong("within its section", nodes, 1, -1);
    requireLong("within its section", nodes + 16, Long.MAX_VALUE, Long.MIN_VALUE, 10_000);
    requireLong("behind its end", nodes + 16, shard.buffer().getLong(nodes + 16) - 1);
    require("out of order", s -> s.array()[chars] = 'z');
    require("out of order", s -> s.array()[chars] = 'y');
    require("text of an attribute is not UTF-8", s -> s.array()[chars + 1] = (byte) 0xc3);
    require("bitmap", s -> s.array()[chars + 2] ^= 1);
  }

  @Test
  void bitmap_ofUnknownNode_isCorrupt() {
    int bitmap = numbers + 8 + 8 * SIZE;
    int values = (int) shard.buffer().getLong(numbers) + bitmap - 2;
    require("not there", s -> s.buffer().putShort(values, (short) SIZE));
    require("not there", s -> s.buffer().putShort(values, (short) -1));
    require("out of order", s -> s.buffer().putShort(values, (short) 0));
  }
}
