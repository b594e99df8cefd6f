package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.data.FuzzInput;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/** Bytes that pass as a bitmap are one: it can be read, and each of its values is a node. */
class RoaringFormFuzzer {
  private static final int EDITS_MAX = 8;

  @Test
  void bytes_anyThatPass_areABitmapOfNodes() {
    FuzzInput.run(RoaringFormFuzzer.class, 4_000, 64, RoaringFormFuzzer::fuzzerTestOneInput);
  }

  /** Half of the inputs are the bytes themselves, half are changes of a bitmap that is one. */
  public static void fuzzerTestOneInput(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    int nodes = 1 + input.below(1 << 18);
    byte[] bytes = input.below(2) == 0 ? input.rest() : changed(input, nodes);
    MemorySegment segment = MemorySegment.ofArray(bytes);
    try {
      RoaringForm.check(segment, nodes);
    } catch (CorruptShardException e) {
      assertThat(e).hasMessageContaining("bitmap");
      return;
    }
    RoaringBitmap bitmap = RoaringForm.read(segment);
    int previous = -1;
    int count = 0;
    for (PeekableIntIterator each = bitmap.getIntIterator(); each.hasNext(); count++) {
      int node = each.next();
      if (node <= previous || node >= nodes || !bitmap.contains(node)) {
        throw new AssertionError("node " + node + " after " + previous + " of " + nodes);
      }
      previous = node;
    }
    assertThat(bitmap.getCardinality()).isEqualTo(count);
    assertThat(bitmap.serializedSizeInBytes()).isEqualTo(bytes.length);
  }

  private static byte[] changed(FuzzInput input, int nodes) {
    RoaringBitmap bitmap = new RoaringBitmap();
    int from = input.below(nodes);
    long to = Math.min(nodes, from + 1L + input.below(20_000));
    if (input.below(2) == 0) {
      bitmap.add(from, to);
    }
    int step = 1 + input.below(16);
    for (long node = from; node < to; node += step) {
      bitmap.add((int) (node ^ 1) % nodes);
    }
    bitmap.runOptimize();
    ByteBuffer out =
        ByteBuffer.allocate(bitmap.serializedSizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
    bitmap.serialize(out);
    byte[] bytes = out.array();
    for (int i = input.below(EDITS_MAX); i > 0; i--) {
      bytes[input.below(Math.min(bytes.length, input.below(2) == 0 ? 32 : bytes.length))] =
          (byte) input.unsignedByte();
    }
    return bytes;
  }
}
