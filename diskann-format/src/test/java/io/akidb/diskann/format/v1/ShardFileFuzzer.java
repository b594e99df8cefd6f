package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.data.FuzzInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Files whose contents are damaged and whose checksums hold: whatever is asked of them, a typed
 * error or an answer comes out, at a bounded cost. What a checksum would have told is told by the
 * bounds of each field. Every kind of shard and every form of its vectors is among them.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShardFileFuzzer {
  private static final int ROUNDS = 1_500;
  private static final int EDITS_MAX = 4;
  private static final long SEED = 20_26;

  /** One curve of k = 1 with one point: a list of 2, a recall of 0. */
  private static final byte[] CALIBRATION = {
    1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0
  };

  private static final List<Original> ORIGINALS =
      List.of(
          Original.of("flat", DistanceMetric.L2, 20),
          Original.of("bytes-flat", DistanceMetric.COSINE, 20),
          Original.of("diskann", DistanceMetric.L2, 150),
          Original.of("diskann", DistanceMetric.COSINE, 20),
          Original.of("halves-diskann", DistanceMetric.DOT, 60),
          Original.of("bytes-diskann", DistanceMetric.L2, 60),
          Original.of("pq", DistanceMetric.L2, 60),
          Original.of("halves-opq", DistanceMetric.COSINE, 60),
          Original.of("sq4", DistanceMetric.L2, 60),
          Original.of("bytes-sq8", DistanceMetric.DOT, 60),
          Original.of("rabitq", DistanceMetric.COSINE, 60));

  /** Few enough that Jazzer's coverage tells a mutation's effect, enough that graphs are walked. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  private record Original(String type, byte[] bytes) {
    static Original of(String type, DistanceMetric metric, int count) {
      Path file = temporary();
      try {
        ShardModel.random(type, SEED, 6, metric, count).write(type, file);
        ShardBytes written = ShardBytes.of(file);
        if (!ShardModel.provider(type).equals("flat")) {
          written = written.withSection(ShardBytes.CALIBRATION, CALIBRATION);
          written.write(file);
        }
        // The first use loads classes, which Jazzer then instruments.
        assertThat(ShardUse.of(type, file, "unchanged", Long.MAX_VALUE)).isEmpty();
        return new Original(type, written.array());
      } finally {
        delete(file);
      }
    }
  }

  private static final Path MUTATED = temporary();

  private static int failed;

  @Test
  void file_mutatedWithChecksumsThatHold_isAnAnswerOrATypedError() {
    failed = 0;
    FuzzInput.run(ShardFileFuzzer.class, ROUNDS, 64, ShardFileFuzzer::fuzzerTestOneInput);
    // Else the mutations would not reach what is checked, or checks would refuse everything.
    assertThat(failed).isGreaterThan(ROUNDS / 10);
  }

  /** Which shard, and what is changed in it. */
  public static void fuzzerTestOneInput(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    Original original = ORIGINALS.get(input.below(ORIGINALS.size()));
    ShardBytes shard = new ShardBytes(original.bytes());
    List<String> changes = new ArrayList<>();
    for (int i = input.below(EDITS_MAX); i >= 0; i--) {
      changes.add(mutate(shard, input));
    }
    shard.fixChecksums().write(MUTATED);
    failed +=
        ShardUse.of(original.type(), MUTATED, original.type() + ", " + changes).isEmpty() ? 0 : 1;
  }

  private static Path temporary() {
    try {
      Path file = Files.createTempFile("akidb-fuzz", ".shard");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String mutate(ShardBytes shard, FuzzInput input) {
    int sections = Math.clamp(shard.sections(), 1, 12);
    int section = input.below(sections);
    int id = shard.id(section);
    if (input.below(12) == 0) {
      return entry(shard, section, input.below(sections), input);
    }
    long start = shard.buffer().getLong(shard.entry(section) + 8);
    long length = shard.buffer().getLong(shard.entry(section) + 16);
    if (start < 0 || length < 8 || start > shard.length() || length > shard.length() - start) {
      return "nothing";
    }
    // Half of the time near the beginning, where most sections keep their counts and offsets.
    int near = (int) Math.min(length - 8, 64);
    int offset = input.below(input.below(2) == 0 ? near + 1 : (int) length - 7);
    int at = (int) start + offset;
    String where = "section " + id + " at " + offset + ": ";
    return switch (input.below(5)) {
      case 0 -> {
        shard.array()[at] ^= (byte) (1 << input.below(8));
        yield where + "a bit";
      }
      case 1 -> {
        shard.array()[at] = (byte) input.unsignedByte();
        yield where + "a byte";
      }
      case 2 -> {
        int value = (int) interesting(shard, input);
        shard.buffer().putInt((int) start + offset / 4 * 4, value);
        yield where + "i32 " + value;
      }
      case 3 -> {
        long value = interesting(shard, input);
        shard.buffer().putLong((int) start + offset / 4 * 4, value);
        yield where + "i64 " + value;
      }
      default -> {
        int count = 1 + input.below((int) Math.min(64, length - offset));
        int from = input.below(shard.length() - count);
        System.arraycopy(shard.array(), from, shard.array(), at, count);
        yield where + count + " bytes from " + from;
      }
    };
  }

  private static String entry(ShardBytes shard, int section, int second, FuzzInput input) {
    int entry = shard.entry(section);
    int other = shard.entry(second);
    return switch (input.below(4)) {
      case 0 -> {
        int id = shard.buffer().getInt(entry);
        shard.buffer().putInt(entry, shard.buffer().getInt(other));
        shard.buffer().putInt(other, id);
        yield "ids of two sections";
      }
      case 1 -> {
        long value = interesting(shard, input);
        shard.buffer().putLong(entry + 8, value);
        yield "offset of a section " + value;
      }
      case 2 -> {
        long value = shard.buffer().getLong(entry + 16) + input.below(33) - 16;
        shard.buffer().putLong(entry + 16, value);
        yield "length of a section " + value;
      }
      default -> {
        int at = 24 + input.below(144);
        shard.array()[at] = (byte) input.below(4);
        yield "header at " + at;
      }
    };
  }

  private static long interesting(ShardBytes shard, FuzzInput input) {
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
      20,
      59,
      60,
      150,
      shard.length(),
      shard.length() - 1
    };
    return values[input.below(values.length)];
  }
}
