package io.akidb.build;

/**
 * A 64-bit hash of an id, the same in every JVM and release, so that a restarted build decides as
 * the first attempt did. FNV-1a over the UTF-16 units, finished by MurmurHash3's mixer.
 */
final class IdHash {
  private IdHash() {}

  /** Spreads ids evenly; different seeds give independent hashes. */
  static long of(String id, long seed) {
    long hash = 0xcbf29ce484222325L ^ mix(seed);
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
