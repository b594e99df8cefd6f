package io.akidb.diskann;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.ToLongBiFunction;
import java.util.zip.CRC32C;

/**
 * The serialized form that routers and codebooks share, as {@code spec/v1.md} has it: a header with
 * a checksum over everything, then components of centroids.
 *
 * @param dimension of the vectors
 * @param metric that the centroids serve
 * @param count partitions or subspaces
 * @param columns the centroids' components, finite
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record CentroidForm(int dimension, DistanceMetric metric, int count, float[] columns) {
  static final long ROUTER_MAGIC = 0x5254524244494b41L; // "AKIDBRTR"
  static final long CODEBOOK_MAGIC = 0x4351504244494b41L; // "AKIDBPQC"
  static final int HEADER_BYTES = 32;

  private static final int VERSION = 1;
  private static final int AT_VERSION = 8;
  private static final int AT_CRC = 12;
  private static final int AT_DIMENSION = 16;
  private static final int AT_METRIC = 20;
  private static final int AT_COUNT = 24;

  byte[] toBytes(long magic) {
    ByteBuffer out =
        ByteBuffer.allocate(Math.addExact(HEADER_BYTES, Math.multiplyExact(4, columns.length)))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(0, magic);
    out.putInt(AT_VERSION, VERSION);
    out.putInt(AT_DIMENSION, dimension);
    out.putInt(AT_METRIC, metric.code());
    out.putInt(AT_COUNT, count);
    out.slice(HEADER_BYTES, 4 * columns.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .put(columns);
    return out.putInt(AT_CRC, checksum(out.array())).array();
  }

  /**
   * Reads and checks.
   *
   * @param what for messages, as {@code partition router}
   * @param components how many follow, by dimension and count; negative if the count is out of
   *     bounds
   * @throws ShardFormatException if it is not one, damaged, or of another version
   */
  static CentroidForm read(
      byte[] bytes, long magic, String what, ToLongBiFunction<Integer, Integer> components) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEADER_BYTES || in.getLong(0) != magic) {
      throw new CorruptShardException("not a " + what, null);
    }
    if (in.getInt(AT_CRC) != checksum(bytes)) {
      throw new CorruptShardException("the checksum of a " + what + " does not hold", null);
    }
    int version = in.getInt(AT_VERSION);
    if (version > VERSION) {
      throw new ShardTooNewException(
          "a " + what + " of version " + version + ", which is later than this one reads", null);
    }
    if (version < VERSION) {
      throw new ShardTooOldException(
          "a " + what + " of version " + version + ", no longer read", null);
    }
    int dimension = in.getInt(AT_DIMENSION);
    int metric = in.getInt(AT_METRIC);
    int count = in.getInt(AT_COUNT);
    if (dimension < 1
        || dimension > IndexSchema.DIMENSION_MAX
        || metric < 0
        || metric >= DistanceMetric.CODES
        || bytes.length - HEADER_BYTES != 4 * components.applyAsLong(dimension, count)) {
      throw new CorruptShardException("a " + what + " whose header is out of bounds", null);
    }
    float[] columns = new float[(bytes.length - HEADER_BYTES) / 4];
    in.position(HEADER_BYTES).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(columns);
    for (float component : columns) {
      if (!Float.isFinite(component)) {
        throw new CorruptShardException("a " + what + " with a component that is not finite", null);
      }
    }
    return new CentroidForm(dimension, DistanceMetric.ofCode(metric), count, columns);
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
