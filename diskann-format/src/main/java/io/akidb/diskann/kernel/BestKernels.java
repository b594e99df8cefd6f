package io.akidb.diskann.kernel;

/**
 * The kernels of this machine: SIMD where the JVM was started with {@code --add-modules
 * jdk.incubator.vector}, plain loops otherwise. Probed once.
 */
public final class BestKernels {
  private static final boolean HAS_VECTOR_API =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

  // Constants to the compiler, so that calls are inlined.
  private static final KernelSet FLOATS =
      HAS_VECTOR_API ? new VectorKernels() : new ScalarKernels();
  private static final CodeKernels CODES =
      HAS_VECTOR_API ? new VectorCodeKernels() : new ScalarCodeKernels();

  private static final BinaryKernels BINARY =
      HAS_VECTOR_API ? new VectorBinaryKernels() : new ScalarBinaryKernels();
  private static final FastScan FAST_SCAN =
      !HAS_VECTOR_API
          ? new ScalarFastScan()
          : MachineFeatures.shufflesBytesOf512Bits() ? new WideFastScan() : new VectorFastScan();

  private static final ResidentKernels RESIDENT =
      HAS_VECTOR_API ? new VectorResidentKernels() : new ScalarResidentKernels();

  private static final StoredKernels STORED_FLOATS = new FloatStored(FLOATS);
  private static final StoredKernels STORED_HALVES =
      HAS_VECTOR_API ? new VectorHalfStored() : new ScalarHalfStored();

  // Lanes of 128 bits would load bytes past those of a vector.
  private static final StoredKernels STORED_BYTES =
      HAS_VECTOR_API && MachineFeatures.lanes32() >= 8
          ? new VectorByteStored()
          : new ScalarByteStored();

  private BestKernels() {}

  /** Whether SIMD is in use. */
  public static boolean isVectorized() {
    return HAS_VECTOR_API;
  }

  /** Kernels over f32. */
  public static KernelSet floats() {
    return FLOATS;
  }

  /** Kernels over codes of 7 bits. */
  public static CodeKernels codes() {
    return CODES;
  }

  /** Kernels over codes of 32 neighbours. */
  public static FastScan fastScan() {
    return FAST_SCAN;
  }

  /** The other kernels of binary codes. */
  public static BinaryKernels binary() {
    return BINARY;
  }

  /** Kernels over resident codes. */
  public static ResidentKernels resident() {
    return RESIDENT;
  }

  /** Distances to vectors of f32. */
  public static StoredKernels storedFloats() {
    return STORED_FLOATS;
  }

  /** Distances to vectors of binary16. */
  public static StoredKernels storedHalves() {
    return STORED_HALVES;
  }

  /** Distances to vectors of bytes with a step and a zero. */
  public static StoredKernels storedBytes() {
    return STORED_BYTES;
  }
}
