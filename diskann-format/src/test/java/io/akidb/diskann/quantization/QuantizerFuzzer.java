package io.akidb.diskann.quantization;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.PartitionRouter;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.ShardFormatException;
import io.akidb.diskann.data.FuzzInput;
import io.akidb.diskann.data.TestVectors;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/**
 * Quantizers and routers whose bytes are damaged and whose checksum holds: they are refused by a
 * typed error, or can be used.
 */
class QuantizerFuzzer {
  private static final int DIMENSION = 6;
  private static final long SEED = 5;
  private static final int EDITS_MAX = 6;

  /** Where all of these forms have their checksum. */
  private static final int AT_CRC = 12;

  private static final int HEADER_BYTES = 56;

  private static final float[][] VECTORS = TestVectors.clustered(300, DIMENSION, SEED);
  private static final List<byte[]> WRITTEN = written();

  private static List<byte[]> written() {
    List<byte[]> written = new ArrayList<>();
    for (DistanceMetric metric : DistanceMetric.values()) {
      for (Quantization each : Quantization.values()) {
        if (each != Quantization.BINARY_NEIGHBOURS) {
          written.add(Quantizers.train(each, VECTORS, metric, 0, SEED).toBytes());
        }
      }
      written.add(PartitionRouter.of(Arrays.copyOf(VECTORS, 5), metric).toBytes());
    }
    return written;
  }

  @Test
  void bytes_changedWithAChecksumThatHolds_areAQuantizerOrATypedError() {
    FuzzInput.run(QuantizerFuzzer.class, 3_000, 48, QuantizerFuzzer::fuzzerTestOneInput);
  }

  /** Which one is changed, and the changes. */
  public static void fuzzerTestOneInput(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    byte[] bytes = WRITTEN.get(input.below(WRITTEN.size())).clone();
    for (int i = input.below(EDITS_MAX); i > 0; i--) {
      int within = input.below(2) == 0 ? Math.min(HEADER_BYTES, bytes.length) : bytes.length;
      int at = input.below(within);
      switch (input.below(4)) {
        case 0 -> bytes[at] = (byte) input.unsignedByte();
        case 1 -> bytes[at] ^= (byte) (1 << input.below(8));
        case 2 -> buffer(bytes).putInt(Math.min(at / 4 * 4, bytes.length - 4), input.integer());
        default ->
            bytes = Arrays.copyOf(bytes, Math.max(AT_CRC + 4, input.below(bytes.length + 9)));
      }
    }
    if (input.below(16) != 1) {
      fixChecksum(bytes);
    }
    try {
      use(Quantizers.fromBytes(bytes), input);
    } catch (ShardFormatException e) {
      // What was damaged was told; it may be a router all the same.
      tryRouter(bytes);
    }
  }

  private static void tryRouter(byte[] bytes) {
    try {
      PartitionRouter router = PartitionRouter.fromBytes(bytes);
      int nearest = router.nearest(vector(router.centroid(0).length));
      if (nearest < 0 || nearest >= router.partitions()) {
        throw new AssertionError("partition " + nearest + " of " + router.partitions());
      }
    } catch (ShardFormatException e) {
      if (e.getMessage().isBlank()) {
        throw new AssertionError("an error without words", e);
      }
    }
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void fixChecksum(byte[] bytes) {
    buffer(bytes).putInt(AT_CRC, 0);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    buffer(bytes).putInt(AT_CRC, (int) crc.getValue());
  }

  private static float[] vector(int dimension) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = d % 3 - 0.5f;
    }
    return vector;
  }

  private static void use(Quantizer quantizer, FuzzInput input) {
    float[] vector = vector(quantizer.dimension());
    byte[] codes = new byte[2 * quantizer.bytesPerVector()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) input.unsignedByte();
    }
    quantizer.encode(vector, codes, 0);
    QuantizedQuery query = quantizer.query();
    query.set(vector);
    float[] estimates = new float[2];
    query.estimate(MemorySegment.ofArray(codes), new int[] {1, 0}, 2, estimates);
    float alone = query.estimate(MemorySegment.ofArray(codes), quantizer.bytesPerVector());
    query.errorBound(MemorySegment.ofArray(codes), 0);
    // Of components as large as these sums may overflow; where they do not, both say the same.
    if (Math.abs(alone - estimates[0]) > 1e-3f * (1 + Math.abs(alone)) && isModest(quantizer)) {
      throw new AssertionError(alone + " and " + estimates[0] + " of " + quantizer.quantization());
    }
  }

  private static boolean isModest(Quantizer quantizer) {
    byte[] bytes = quantizer.toBytes();
    for (int at = HEADER_BYTES - HEADER_BYTES % 4; at + 4 <= bytes.length; at += 4) {
      if (!(Math.abs(buffer(bytes).getFloat(at)) < 1e3f)) {
        return false;
      }
    }
    return true;
  }
}
