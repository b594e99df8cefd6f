package io.akidb.diskann;

/**
 * A distance and a non-negative id in one long: keys order by distance, then by id, so that lists
 * of candidates are arrays of primitives.
 */
final class SortableKeys {
  private SortableKeys() {}

  static long of(float distance, int id) {
    int bits = Float.floatToRawIntBits(distance);
    // Negative floats order backwards by their bits.
    int ordered = bits ^ ((bits >> 31) & 0x7fffffff);
    return ((long) ordered << 32) | (id & 0xffffffffL);
  }

  static int id(long key) {
    return (int) key;
  }

  static float distance(long key) {
    int ordered = (int) (key >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7fffffff));
  }
}
