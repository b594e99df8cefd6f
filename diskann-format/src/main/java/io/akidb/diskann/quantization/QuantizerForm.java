package io.akidb.diskann.quantization;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.ShardTooNewException;
import io.akidb.diskann.ShardTooOldException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The serialized form of all quantizers but the plain product quantizer, as {@code spec/v1.md} has
 * it: a header with a checksum over everything, then what the kind of quantizer is made of.
 *
 * @param kind as {@code Quantization.code}
 * @param count of subspaces; 0 where there are none
 * @param contents what stands behind the header, little-endian
 */
record QuantizerForm(
    int kind, int dimension, DistanceMetric metric, int count, ByteBuffer contents) {
  static final long MAGIC = 0x5a54514244494b41L; // "AKIDBQTZ"
  static final int HEADER_BYTES = 40;

  private static final int VERSION = 1;
  private static final int AT_VERSION = 8;
  private static final int AT_CRC = 12;
  private static final int AT_KIND = 16;
  private static final int AT_DIMENSION = 20;
  private static final int AT_METRIC = 24;
  private static final int AT_COUNT = 28;

  /** Of contents that are to be filled. */
  static QuantizerForm of(Quantizer quantizer, int count, int contentsBytes) {
    return new QuantizerForm(
        quantizer.quantization().code(),
        quantizer.dimension(),
        quantizer.metric(),
        count,
        ByteBuffer.allocate(contentsBytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  byte[] toBytes() {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER_BYTES + contents.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(0, MAGIC);
    out.putInt(AT_VERSION, VERSION);
    out.putInt(AT_KIND, kind);
    out.putInt(AT_DIMENSION, dimension);
    out.putInt(AT_METRIC, metric.code());
    out.putInt(AT_COUNT, count);
    out.put(HEADER_BYTES, contents, 0, contents.capacity());
    return out.putInt(AT_CRC, checksum(out.array())).array();
  }

  static QuantizerForm read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEADER_BYTES || in.getLong(0) != MAGIC) {
      throw corrupt("not a quantizer");
    }
    if (in.getInt(AT_CRC) != checksum(bytes)) {
      throw corrupt("the checksum of a quantizer does not hold");
    }
    int version = in.getInt(AT_VERSION);
    if (version > VERSION) {
      throw new ShardTooNewException(
          "a quantizer of version " + version + ", which is later than this one reads", null);
    }
    if (version < VERSION) {
      throw new ShardTooOldException(
          "a quantizer of version " + version + ", no longer read", null);
    }
    int dimension = in.getInt(AT_DIMENSION);
    int metric = in.getInt(AT_METRIC);
    if (dimension < 1
        || dimension > IndexSchema.DIMENSION_MAX
        || metric < 0
        || metric >= DistanceMetric.CODES) {
      throw corrupt("a quantizer whose header is out of bounds");
    }
    return new QuantizerForm(
        in.getInt(AT_KIND),
        dimension,
        DistanceMetric.ofCode(metric),
        in.getInt(AT_COUNT),
        in.slice(HEADER_BYTES, bytes.length - HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN));
  }

  /** Holds the count and the length of the contents against what they must be. */
  void require(int expectedCount, long expectedBytes) {
    if (count != expectedCount || contents.capacity() != expectedBytes) {
      throw corrupt("a quantizer whose length is not that of its header");
    }
  }

  /** The next finite numbers. */
  float[] floats(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = contents.getFloat();
      if (!Float.isFinite(values[i])) {
        throw corrupt("a quantizer with a component that is not finite");
      }
    }
    return values;
  }

  /** Puts numbers. */
  QuantizerForm put(float[] values) {
    for (float value : values) {
      contents.putFloat(value);
    }
    return this;
  }

  static CorruptShardException corrupt(String what) {
    return new CorruptShardException(what, null);
  }

  /** Of everything, the checksum's own four bytes taken as zero. */
  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, AT_CRC);
    crc.update(new byte[4]);
    crc.update(bytes, AT_CRC + 4, bytes.length - AT_CRC - 4);
    return (int) crc.getValue();
  }
}
