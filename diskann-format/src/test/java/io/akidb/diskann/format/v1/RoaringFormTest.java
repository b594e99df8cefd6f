package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.CorruptShardException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/** The library's bitmaps pass, and what passes is a bitmap that the library can work with. */
class RoaringFormTest {
  /** Containers that are arrays, bitmaps and runs; fewer and more than have offsets. */
  private static RoaringBitmap bitmap(Random random) {
    RoaringBitmap bitmap = new RoaringBitmap();
    int containers = random.nextInt(7);
    for (int key = 0; key < containers; key++) {
      int base = (key * 3) << 16;
      switch (random.nextInt(3)) {
        case 0 -> random.ints(50, 0, 1 << 16).forEach(low -> bitmap.add(base + low));
        case 1 -> random.ints(9000, 0, 1 << 16).forEach(low -> bitmap.add(base + low));
        default ->
            bitmap.add(base + (long) random.nextInt(100), base + 100L + random.nextInt(60_000));
      }
    }
    if (random.nextBoolean()) {
      bitmap.runOptimize();
    }
    return bitmap;
  }

  private static byte[] serialized(RoaringBitmap bitmap) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      bitmap.serialize(out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  @Test
  void bitmap_ofEveryContainer_passesAndReadsBack() {
    for (int seed = 0; seed < 300; seed++) {
      RoaringBitmap bitmap = bitmap(new Random(seed));
      MemorySegment bytes = MemorySegment.ofArray(serialized(bitmap));
      int nodes = bitmap.isEmpty() ? 0 : bitmap.last() + 1;
      RoaringForm.check(bytes, nodes);
      assertThat(RoaringForm.read(bytes)).as("seed " + seed).isEqualTo(bitmap);
      if (nodes > 0) {
        assertThatThrownBy(() -> RoaringForm.check(bytes, nodes - 1))
            .isInstanceOf(CorruptShardException.class)
            .hasMessageContaining("not there");
      }
    }
  }

  @Test
  void bitmap_mutated_isRefusedOrSound() {
    int passed = 0;
    for (int seed = 0; seed < 4000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = serialized(bitmap(random));
      int near = random.nextBoolean() ? Math.min(bytes.length, 40) : bytes.length;
      bytes[random.nextInt(near)] ^= (byte) (1 << random.nextInt(8));
      MemorySegment segment = MemorySegment.ofArray(bytes);
      try {
        RoaringForm.check(segment, Integer.MAX_VALUE);
      } catch (CorruptShardException e) {
        continue;
      }
      passed++;
      RoaringBitmap bitmap = RoaringForm.read(segment);
      int count = 0;
      int previous = -1;
      boolean ascends = true;
      for (PeekableIntIterator nodes = bitmap.getIntIterator(); nodes.hasNext(); count++) {
        int node = nodes.next();
        ascends &= node > previous;
        previous = node;
      }
      assertThat(ascends).as("seed " + seed).isTrue();
      assertThat(bitmap.getCardinality()).as("seed " + seed).isEqualTo(count);
      RoaringBitmap other = bitmap(random);
      assertThat(RoaringBitmap.or(bitmap, other).getCardinality())
          .isEqualTo(count + RoaringBitmap.andNot(other, bitmap).getCardinality());
    }
    assertThat(passed).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 7, 8})
  void bytes_cut_areRefused(int length) {
    byte[] bytes = Arrays.copyOf(serialized(RoaringBitmap.bitmapOf(1, 2, 70_000)), length);
    assertThatThrownBy(() -> RoaringForm.check(MemorySegment.ofArray(bytes), 100_000))
        .isInstanceOf(CorruptShardException.class)
        .hasMessageContaining("cut off");
  }
}
