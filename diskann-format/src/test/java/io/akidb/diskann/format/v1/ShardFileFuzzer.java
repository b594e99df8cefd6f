package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.ShardFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files whose contents are damaged and whose checksums hold: whatever is asked of them, a typed
 * error or an answer comes out, at a bounded cost. What a checksum would have told is told by the
 * bounds of each field.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShardFileFuzzer {
  private static final int ROUNDS = Integer.getInteger("akidb.fuzz.rounds", 600);
  private static final long SEED = Long.getLong("akidb.fuzz.seed", 20_26L);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "flat, L2",
    "flat, COSINE",
    "diskann, L2",
    "diskann, COSINE",
    "diskann, DOT",
    "sq4, L2",
    "rabitq, COSINE"
  })
  void file_mutatedWithChecksumsThatHold_isAnAnswerOrATypedError(
      String type, DistanceMetric metric) {
    Path original = folder.resolve("original.shard");
    ShardModel.random(SEED, 6, metric, 150).write(type, original);
    byte[] bytes = ShardBytes.of(original).array();
    assertThat(ShardUse.of(type, original, "unchanged")).isEmpty();
    Path file = folder.resolve("mutated.shard");
    int failed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(SEED + round);
      ShardBytes shard = new ShardBytes(bytes);
      List<String> changes = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        changes.add(mutate(shard, random));
      }
      shard.fixChecksums().write(file);
      String where = type + " " + metric + ", seed " + (SEED + round) + ", " + changes;
      List<ShardFormatException> errors = ShardUse.of(type, file, where);
      failed += errors.isEmpty() ? 0 : 1;
    }
    // Else the mutations would not reach what is checked, or checks would refuse everything.
    assertThat(failed).isBetween(ROUNDS / 10, ROUNDS * 9 / 10);
  }

  private static String mutate(ShardBytes shard, Random random) {
    int sections = Math.clamp(shard.sections(), 1, 9);
    int section = random.nextInt(sections);
    int id = shard.id(section);
    if (random.nextInt(12) == 0) {
      return entry(shard, section, random.nextInt(sections), random);
    }
    long start = shard.buffer().getLong(shard.entry(section) + 8);
    long length = shard.buffer().getLong(shard.entry(section) + 16);
    if (start < 0 || length < 8 || start > shard.length() || length > shard.length() - start) {
      return "nothing";
    }
    // Half of the time near the beginning, where most sections keep their counts and offsets.
    int near = (int) Math.min(length - 8, 64);
    int offset = random.nextInt(random.nextBoolean() ? near + 1 : (int) length - 7);
    int at = (int) start + offset;
    String where = "section " + id + " at " + offset + ": ";
    return switch (random.nextInt(5)) {
      case 0 -> {
        shard.array()[at] ^= (byte) (1 << random.nextInt(8));
        yield where + "a bit";
      }
      case 1 -> {
        shard.array()[at] = (byte) random.nextInt();
        yield where + "a byte";
      }
      case 2 -> {
        int value = (int) interesting(shard, random);
        shard.buffer().putInt((int) start + offset / 4 * 4, value);
        yield where + "i32 " + value;
      }
      case 3 -> {
        long value = interesting(shard, random);
        shard.buffer().putLong((int) start + offset / 4 * 4, value);
        yield where + "i64 " + value;
      }
      default -> {
        int count = 1 + random.nextInt((int) Math.min(64, length - offset));
        int from = random.nextInt(shard.length() - count);
        System.arraycopy(shard.array(), from, shard.array(), at, count);
        yield where + count + " bytes from " + from;
      }
    };
  }

  private static String entry(ShardBytes shard, int section, int second, Random random) {
    int entry = shard.entry(section);
    int other = shard.entry(second);
    return switch (random.nextInt(4)) {
      case 0 -> {
        int id = shard.buffer().getInt(entry);
        shard.buffer().putInt(entry, shard.buffer().getInt(other));
        shard.buffer().putInt(other, id);
        yield "ids of two sections";
      }
      case 1 -> {
        long value = interesting(shard, random);
        shard.buffer().putLong(entry + 8, value);
        yield "offset of a section " + value;
      }
      case 2 -> {
        long value = shard.buffer().getLong(entry + 16) + random.nextInt(33) - 16;
        shard.buffer().putLong(entry + 16, value);
        yield "length of a section " + value;
      }
      default -> {
        int at = 24 + random.nextInt(144);
        shard.array()[at] = (byte) random.nextInt(4);
        yield "header at " + at;
      }
    };
  }

  private static long interesting(ShardBytes shard, Random random) {
    long[] values = {
      0,
      1,
      -1,
      3,
      255,
      256,
      4096,
      65_535,
      65_536,
      Integer.MAX_VALUE,
      Integer.MAX_VALUE - 8,
      Integer.MIN_VALUE,
      Long.MAX_VALUE,
      Long.MIN_VALUE,
      1L << 40,
      0x7ff8000000000000L,
      0x7fc000007f800000L,
      149,
      150,
      151,
      shard.length(),
      shard.length() - 1
    };
    return values[random.nextInt(values.length)];
  }
}
