package io.akidb.diskann.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.incubator.vector.VectorShape;

/** What the processor can do that the JVM does not tell. Loaded only where the Vector API is. */
final class MachineFeatures {
  private MachineFeatures() {}

  /**
   * Whether a byte shuffle across 512 bits is one instruction. The JVM uses vectors that wide where
   * it has AVX-512, whose first machines could not shuffle bytes: there the same call would be
   * boxed, and a thousand times slower.
   */
  static boolean shufflesBytesOf512Bits() {
    if (VectorShape.preferredShape().vectorBitSize() < 512) {
      return false;
    }
    try {
      return Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1)
          .contains("avx512_vbmi ");
    } catch (IOException e) {
      return false;
    }
  }

  /** Numbers of 32 bits in a vector register. */
  static int lanes32() {
    return VectorShape.preferredShape().vectorBitSize() / Integer.SIZE;
  }
}
