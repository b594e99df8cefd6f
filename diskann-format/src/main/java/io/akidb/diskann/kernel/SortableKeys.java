package io.akidb.diskann.kernel;

/**
 * A distance and a non-negative id in one long: keys order by distance, then by id, so that lists
 * of candidates are arrays of primitives.
 */
public final class SortableKeys {
  private SortableKeys() {}

  /** A key; a distance that is no number is farther than all that are. */
  public static long of(float distance, int id) {
    // Not the raw bits: the NaN of inf - inf has its sign bit set on x86 and would be the nearest.
    int bits = Float.floatToIntBits(distance);
    // Negative floats order backwards by their bits.
    int ordered = bits ^ ((bits >> 31) & 0x7fffffff);
    return ((long) ordered << 32) | (id & 0xffffffffL);
  }

  public static int id(long key) {
    return (int) key;
  }

  public static float distance(long key) {
    int ordered = (int) (key >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7fffffff));
  }
}
