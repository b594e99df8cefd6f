package io.akidb.diskann.format.v1;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How often a thread has waited for a disk because it touched a page that was not in memory ({@code
 * getrusage} of Linux). A clock alone cannot tell that from code that is not compiled yet, or a
 * thread that was not run. For one thread at a time.
 */
public final class MajorFaults {
  private static final int RUSAGE_THREAD = 1;
  private static final int RUSAGE_BYTES = 144;
  private static final int MAJOR_FAULTS_AT = 72;

  private static final @Nullable MethodHandle GETRUSAGE = find();

  private final MemorySegment usage = Arena.ofAuto().allocate(RUSAGE_BYTES, Long.BYTES);

  @SuppressWarnings("restricted") // native access is what this class is for
  private static @Nullable MethodHandle find() {
    // Offsets and numbers are Linux's on processors of 64 bits.
    if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")
        || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
      return null;
    }
    try {
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find("getrusage")
          .map(
              address ->
                  linker.downcallHandle(
                      address,
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
          .orElse(null);
    } catch (UnsupportedOperationException | IllegalCallerException e) {
      return null;
    }
  }

  /** Those of the calling thread so far; 0 where they are not told. */
  public long ofThisThread() {
    if (GETRUSAGE == null) {
      return 0;
    }
    try {
      int failed = (int) GETRUSAGE.invokeExact(RUSAGE_THREAD, usage);
      return failed == 0 ? usage.get(ValueLayout.JAVA_LONG, MAJOR_FAULTS_AT) : 0;
    } catch (Throwable e) {
      throw new IllegalStateException("getrusage cannot be called", e);
    }
  }
}
