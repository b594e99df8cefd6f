package io.akidb.ingest;

import java.util.Arrays;
import java.util.Random;

/** Damages bytes as disks, cut transfers and careless programs do. */
final class Mutations {
  private static final int BYTES_MAX = 64 << 10;

  private Mutations() {}

  static byte[] mutate(byte[] seed, String alphabet, Random random) {
    byte[] bytes = seed.clone();
    for (int m = random.nextInt(4); m >= 0 && bytes.length > 0; m--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(7)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = repeat(bytes);
        case 4 -> bytes[at] = (byte) (random.nextBoolean() ? 0xFF : 0x7F);
        case 5 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        default -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(bytes.length - Math.max(at, from), 1 + random.nextInt(12));
          System.arraycopy(bytes, from, bytes, at, length);
        }
      }
    }
    return bytes;
  }

  private static byte[] repeat(byte[] bytes) {
    byte[] longer = new byte[Math.min(BYTES_MAX, bytes.length * 2)];
    for (int i = 0; i < longer.length; i++) {
      longer[i] = bytes[i % bytes.length];
    }
    return longer;
  }
}
