package io.akidb.diskann.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Bytes that a fuzzer made up, read as choices; where they end, all choices are 0. A fuzzer of ours
 * is a class {@code <Class>Fuzzer} with a method {@code fuzzerTestOneInput(byte[])}, which is what
 * Jazzer calls ({@code ./akidb fuzz}), and a test that calls it with what Jazzer found before and
 * with some bytes of a seed.
 */
public final class FuzzInput {
  private static final long SEED = Long.getLong("akidb.fuzz.seed", 20_26L);
  private static final int ROUNDS_FACTOR = Integer.getInteger("akidb.fuzz.factor", 1);

  private final byte[] bytes;
  private int at;

  public FuzzInput(byte[] bytes) {
    this.bytes = bytes;
  }

  /** How many bytes are left. */
  public int left() {
    return bytes.length - at;
  }

  /** The next byte, 0 to 255. */
  public int unsignedByte() {
    return at < bytes.length ? bytes[at++] & 255 : 0;
  }

  /** A choice of 0 to {@code bound - 1}, by as many bytes as that takes. */
  public int below(int bound) {
    long value = unsignedByte();
    for (long most = 256; most < bound; most *= 256) {
      value = value * 256 + unsignedByte();
    }
    return (int) (value % Math.max(1, bound));
  }

  public int integer() {
    return unsignedByte() << 24 | unsignedByte() << 16 | unsignedByte() << 8 | unsignedByte();
  }

  /** All bytes that are left. */
  public byte[] rest() {
    byte[] rest = new byte[left()];
    System.arraycopy(bytes, at, rest, 0, rest.length);
    at = bytes.length;
    return rest;
  }

  /**
   * Calls a fuzzer with each input of its corpus and with random bytes.
   *
   * @param type whose corpus is {@code src/test/resources/fuzz/<Class>.txt}, a line of base64 each
   * @param rounds how many inputs of random bytes; {@code -Dakidb.fuzz.factor} multiplies it
   * @param lengthMax of each
   */
  public static void run(Class<?> type, int rounds, int lengthMax, Consumer<byte[]> fuzzer) {
    for (String line : corpus(type)) {
      call(fuzzer, Base64.getDecoder().decode(line), "the corpus' input " + line);
    }
    for (int round = 0; round < rounds * ROUNDS_FACTOR; round++) {
      Random random = new Random(SEED + round);
      byte[] input = new byte[random.nextInt(lengthMax) + 1];
      random.nextBytes(input);
      call(fuzzer, input, "-Dakidb.fuzz.seed=" + (SEED + round));
    }
  }

  private static void call(Consumer<byte[]> fuzzer, byte[] input, String where) {
    try {
      fuzzer.accept(input);
    } catch (RuntimeException | Error e) {
      throw new AssertionError("by " + where, e);
    }
  }

  private static List<String> corpus(Class<?> type) {
    Path file = Path.of("src/test/resources/fuzz", type.getSimpleName() + ".txt");
    try {
      return Files.readAllLines(file).stream().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
