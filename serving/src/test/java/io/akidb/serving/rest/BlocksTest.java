package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlocksTest {
  private static final long SEED = 11;

  private static byte[] some(int count) {
    byte[] bytes = new byte[count];
    new Random(SEED).nextBytes(bytes);
    return bytes;
  }

  private static byte[] handedOver(Blocks blocks, int pieceBytesMax) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    blocks.forEach(
        pieceBytesMax,
        (bytes, from, length) -> {
          assertThat(length).isBetween(1, pieceBytesMax);
          all.write(bytes, from, length);
        });
    return all.toByteArray();
  }

  private static void assertHolds(Blocks blocks, byte[] expected) throws IOException {
    assertThat(blocks.size()).isEqualTo(expected.length);
    assertThat(blocks.joined()).isEqualTo(expected);
    assertThat(blocks.open().readAllBytes()).as("as a stream").isEqualTo(expected);
    assertThat(handedOver(blocks, 1000)).as("in pieces").isEqualTo(expected);
    assertThat(handedOver(blocks, 1 << 20)).as("block by block").isEqualTo(expected);
  }

  @Test
  void bytes_howeverTheyWereAdded_areAllThereInTheirOrder() throws IOException {
    Random random = new Random(SEED);
    for (int count : new int[] {0, 1, 8 << 10, (8 << 10) + 1, (24 << 10) - 1, 24 << 10, 300_000}) {
      byte[] expected = some(count);
      InputStream stream = new ByteArrayInputStream(expected);
      Blocks read = new Blocks();
      while (read.addFrom(stream) >= 0) {
        // The next ones.
      }
      assertHolds(read, expected);
      assertHolds(Blocks.of(expected), expected);

      Blocks written = new Blocks();
      for (int from = 0; from < count; ) {
        int length = Math.min(random.nextInt(count / 3 + 2), count - from);
        written.add(expected, from, length);
        from += length;
      }
      assertHolds(written, expected);
    }
  }

  @Test
  void bytesAddedBehindGivenOnes_followThem() throws IOException {
    for (int given : new int[] {0, 1, 100_000}) {
      byte[] expected = some(given + 70_000);
      Blocks blocks = Blocks.of(Arrays.copyOf(expected, given));
      blocks.add(expected, given, 70_000);
      assertHolds(blocks, expected);
    }
  }

  @Test
  void stream_readByteByByte_isTheSameAndEndsOnce() throws IOException {
    byte[] expected = some(20_000);
    Blocks blocks = new Blocks();
    blocks.add(expected, 0, expected.length);
    InputStream in = blocks.open();
    for (byte each : expected) {
      assertThat(in.read()).isEqualTo(each & 0xff);
    }
    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.read(new byte[1], 0, 0)).isZero();
    assertThat(in.read(new byte[1], 0, 1)).isEqualTo(-1);
  }
}
