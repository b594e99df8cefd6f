package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.ShardFormatException;
import io.akidb.diskann.ShardTooNewException;
import io.akidb.diskann.ShardTooOldException;
import io.akidb.diskann.TestProviders;
import io.akidb.diskann.VectorIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged file is told by its checksums, wherever the damage is; another version by its own. */
class ShardCorruptionTest {
  private static final long SEED = 4711;
  private static final int FLIPS = 500;

  private static final Map<String, byte[]> WRITTEN = new HashMap<>();

  @TempDir Path folder;

  private Path file;

  static Stream<String> types() {
    return Stream.of(
        "flat", "diskann", "pq", "bytes-flat", "bytes-diskann", "halves-diskann", "wide-diskann");
  }

  @BeforeAll
  static void write(@TempDir Path folder) {
    for (String type : types().toList()) {
      Path file = folder.resolve(type + ".shard");
      ShardModel.random(type, SEED, 5, DistanceMetric.COSINE, 60).write(type, file);
      WRITTEN.put(type, ShardBytes.of(file).array());
    }
  }

  @BeforeEach
  void nameFile() {
    file = folder.resolve("a.shard");
  }

  private ShardBytes written(String type) {
    ShardBytes shard = new ShardBytes(WRITTEN.get(type));
    shard.write(file);
    return shard;
  }

  private static void read(String type, Path damaged) {
    try (VectorIndex index = TestProviders.of(ShardModel.provider(type)).open(damaged)) {
      index.verify();
    }
  }

  private void requireCorrupt(String type, String where) {
    assertThatThrownBy(() -> read(type, file))
        .as(where)
        .isInstanceOf(CorruptShardException.class)
        .message()
        .isNotBlank()
        .hasSizeLessThan(300);
  }

  @ParameterizedTest
  @MethodSource("types")
  void header_eachByteFlipped_isCorruptWhenOpened(String type) {
    ShardBytes shard = written(type);
    Random random = new Random(SEED);
    // Every byte that has a meaning, and some of those that have none yet.
    int used = shard.entry(shard.sections());
    for (int at = 0; at < ShardBytes.HEADER_BYTES; at += at < used ? 1 : 13) {
      int bit = 1 << random.nextInt(8);
      shard.array()[at] ^= (byte) bit;
      shard.write(file);
      int byteAt = at;
      assertThatThrownBy(() -> TestProviders.of(ShardModel.provider(type)).open(file).close())
          .as(() -> "byte " + byteAt + ", bit " + bit)
          .isInstanceOf(CorruptShardException.class);
      shard.array()[at] ^= (byte) bit;
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void file_bitFlippedAnywhere_isCorruptWhenVerified(String type) {
    ShardBytes shard = written(type);
    Random random = new Random(SEED);
    for (int round = 0; round < FLIPS; round++) {
      int at = random.nextInt(shard.length());
      int bit = 1 << random.nextInt(8);
      shard.array()[at] ^= (byte) bit;
      shard.write(file);
      requireCorrupt(type, "byte " + at + ", bit " + bit);
      shard.array()[at] ^= (byte) bit;
    }
  }

  /** Of a shard of a few vectors; by {@code -Dakidb.flips=all} every bit, which takes a minute. */
  @ParameterizedTest
  @ValueSource(strings = {"diskann", "bytes-flat", "wide-diskann"})
  void file_eachByteFlipped_isCorruptWhenVerified(String type) throws IOException {
    ShardModel.random(type, SEED, 3, DistanceMetric.L2, 5).write(type, file);
    byte[] written = ShardBytes.of(file).array();
    int bits = "all".equals(System.getProperty("akidb.flips")) ? 8 : 1;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int at = 0; at < written.length; at++) {
        for (int i = 0; i < bits; i++) {
          int bit = 1 << (at + i) % 8;
          channel.write(ByteBuffer.wrap(new byte[] {(byte) (written[at] ^ bit)}), at);
          requireCorrupt(type, "byte " + at + ", bit " + bit);
        }
        channel.write(ByteBuffer.wrap(new byte[] {written[at]}), at);
      }
    }
    read(type, file);
  }

  @ParameterizedTest
  @MethodSource("types")
  void file_truncated_isCorruptWhenOpened(String type) {
    ShardBytes shard = written(type);
    Random random = new Random(SEED);
    for (int i = 0; i < shard.sections(); i++) {
      for (int near = -1; near <= 1; near++) {
        requireCut(type, shard, shard.at(shard.id(i)) + near);
        requireCut(type, shard, shard.at(shard.id(i)) + shard.length(shard.id(i)) + near);
      }
    }
    for (int length : new int[] {0, 1, 7, 8, 16, 4095, 4096, 4097}) {
      requireCut(type, shard, length);
    }
    for (int round = 0; round < 200; round++) {
      requireCut(type, shard, random.nextInt(shard.length()));
    }
  }

  private void requireCut(String type, ShardBytes shard, int length) {
    if (length < shard.length()) {
      shard.write(file, length);
      assertThatThrownBy(() -> TestProviders.of(ShardModel.provider(type)).open(file).close())
          .as(() -> "cut at " + length)
          .isInstanceOf(CorruptShardException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 4096})
  void file_extended_isCorruptWhenOpened(int more) {
    ShardBytes shard = written("flat");
    shard.write(file, shard.length() + more);
    requireCorrupt("flat", "by " + more);
  }

  @Test
  void file_extendedAndSaidSo_isCorruptWhenVerified() {
    ShardBytes shard = written("flat");
    ShardBytes longer = new ShardBytes(Arrays.copyOf(shard.array(), shard.length() + 8));
    longer.buffer().putLong(16, longer.length());
    longer.fixHeader().write(file);
    requireCorrupt("flat", "eight bytes that no section has");
  }

  @Test
  void file_ofAnotherFormat_isCorrupt() throws IOException {
    for (String begin : new String[] {"", "AKIDBSHX", "PAR1", "Obj\1", "\0\0\0\0\0\0\0\0"}) {
      byte[] bytes = Arrays.copyOf(begin.getBytes(StandardCharsets.ISO_8859_1), 10_000);
      Files.write(file, bytes);
      requireCorrupt("flat", "begins with " + begin);
    }
    Files.write(file, new byte[0]);
    requireCorrupt("diskann", "empty");
  }

  @Test
  void file_missingOrFolder_isAnErrorOfInput() throws IOException {
    assertThatThrownBy(() -> read("flat", file))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("a.shard");
    Files.createDirectory(file);
    assertThatThrownBy(() -> read("flat", file)).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void file_ofAnotherKind_isCorruptAndSaysBoth() {
    written("flat");
    assertThatThrownBy(() -> read("diskann", file))
        .isInstanceOf(CorruptShardException.class)
        .hasMessageContaining("kind 1, not 2");
  }

  private void requireChanged(
      Class<? extends ShardFormatException> error, Consumer<ShardBytes> change) {
    ShardBytes shard = written("diskann");
    change.accept(shard);
    shard.fixHeader().write(file);
    assertThatThrownBy(() -> read("diskann", file)).isInstanceOf(error);
  }

  @Test
  void version_later_isTooNew() {
    for (int version : new int[] {2, 3, 1000, Integer.MAX_VALUE}) {
      requireChanged(
          ShardTooNewException.class, s -> s.buffer().putInt(ShardBytes.AT_VERSION, version));
    }
  }

  @Test
  void version_earlier_isTooOld() {
    for (int version : new int[] {0, -1, Integer.MIN_VALUE}) {
      requireChanged(
          ShardTooOldException.class, s -> s.buffer().putInt(ShardBytes.AT_VERSION, version));
    }
  }

  @Test
  void kind_unknown_isTooNew() {
    requireChanged(ShardTooNewException.class, s -> s.buffer().putInt(ShardBytes.AT_KIND, 4));
  }

  @Test
  void requiredFeature_unknown_isTooNew() {
    requireChanged(
        ShardTooNewException.class,
        s -> {
          s.buffer().putInt(ShardBytes.AT_REQUIRED_COUNT, 3);
          s.buffer().putInt(ShardBytes.AT_REQUIRED + 8, 77);
        });
  }

  @Test
  void optionalFeatureAndSection_unknown_areSkipped() {
    ShardBytes shard = written("diskann");
    shard.buffer().putInt(ShardBytes.AT_OPTIONAL_COUNT, 1);
    shard.buffer().putInt(ShardBytes.AT_OPTIONAL, 77);
    int entry = shard.entry(shard.sections());
    shard.buffer().putInt(ShardBytes.AT_SECTION_COUNT, shard.sections() + 1);
    shard.buffer().putInt(entry, 99).putLong(entry + 8, shard.length()).putLong(entry + 16, 0);
    shard.fixChecksums().write(file);
    assertThat(ShardUse.of("diskann", file, "an unknown section")).isEmpty();
  }

  /**
   * A file that says that its vectors are of another form, with a header whose checksum holds: what
   * that makes of the records' lengths shows, where it makes anything of them.
   */
  @Test
  void form_forgedToAnother_isCorruptOrHasTheSameStride() {
    int[] forms = {ShardBytes.FEATURE_HALVES, ShardBytes.FEATURE_BYTES};
    for (String type : List.of("bytes-flat", "halves-diskann")) {
      for (int form : forms) {
        ShardBytes shard = written(type);
        int count = shard.buffer().getInt(ShardBytes.AT_REQUIRED_COUNT);
        int last = ShardBytes.AT_REQUIRED + 4 * (count - 1);
        int before = shard.buffer().getInt(last);
        assertThat(before).isIn(ShardBytes.FEATURE_HALVES, ShardBytes.FEATURE_BYTES);
        shard.buffer().putInt(last, form);
        shard.write(file);
        if (form != before) {
          requireCorrupt(type, "without the header's checksum, as form " + form);
        }
        shard.fixHeader().write(file);
        // Nobody but a forger gets here; it reads other numbers, and nothing beside them.
        List<ShardFormatException> errors = ShardUse.of(type, file, type + " as form " + form);
        assertThat(errors)
            .as("%s as form %s", type, form)
            .allSatisfy(error -> assertThat(error).hasMessageContaining("stride"));
      }
    }
  }

  @Test
  void counts_outOfBounds_areCorrupt() {
    for (int at :
        new int[] {
          ShardBytes.AT_SECTION_COUNT, ShardBytes.AT_REQUIRED_COUNT, ShardBytes.AT_OPTIONAL_COUNT
        }) {
      for (int count : new int[] {-1, 65, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        requireChanged(CorruptShardException.class, s -> s.buffer().putInt(at, count));
      }
    }
  }

  @Test
  void section_outsideTheFileOrTwiceOrMissing_isCorrupt() {
    int sections = written("diskann").sections();
    for (int section = 0; section < sections; section++) {
      int i = section;
      for (long offset : new long[] {-1, 0, 4095, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40}) {
        requireChanged(
            CorruptShardException.class, s -> s.buffer().putLong(s.entry(i) + 8, offset));
      }
      for (long length : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40}) {
        requireChanged(
            CorruptShardException.class, s -> s.buffer().putLong(s.entry(i) + 16, length));
      }
      requireChanged(CorruptShardException.class, s -> s.buffer().putInt(s.entry(i), 99));
      requireChanged(
          CorruptShardException.class,
          s -> s.buffer().putInt(s.entry(i), s.id((i + 1) % sections)));
      requireChanged(
          CorruptShardException.class,
          s -> s.buffer().putLong(s.entry(i) + 8, s.at(s.id((i + 1) % sections))));
    }
  }
}
