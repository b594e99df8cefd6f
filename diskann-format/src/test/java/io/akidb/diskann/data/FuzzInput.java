package io.akidb.diskann.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

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
   * Calls a fuzzer with each file of its corpus and with random bytes.
   *
   * @param type whose corpus lies in {@code src/test/resources/fuzz} by its simple name
   * @param rounds how many inputs of random bytes; {@code -Dakidb.fuzz.factor} multiplies it
   * @param lengthMax of each
   */
  public static void run(Class<?> type, int rounds, int lengthMax, Consumer<byte[]> fuzzer) {
    for (Path file : corpus(type)) {
      call(fuzzer, read(file), file.toString());
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

  private static List<Path> corpus(Class<?> type) {
    Path folder = Path.of("src/test/resources/fuzz").resolve(type.getSimpleName());
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
