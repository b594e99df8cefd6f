package io.akidb.diskann.format.v1;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the operating system is told of how a mapped file will be read ({@code madvise} of POSIX and
 * Linux). Only advice: where it cannot be given, on other systems or without native access, all
 * works as well, but for the time that a page which is not in memory takes. Thread-safe.
 */
public final class PageAdvice {
  private static final int MADV_RANDOM = 1;
  private static final int MADV_WILLNEED = 3;
  private static final long PAGE_BYTES = ShardSections.PAGE_BYTES;

  private static final @Nullable MethodHandle MADVISE = find();

  private PageAdvice() {}

  @SuppressWarnings("restricted") // native access is what this class is for
  private static @Nullable MethodHandle find() {
    // The numbers are Linux's; pages larger than 4 KiB would refuse most of the addresses.
    if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
      return null;
    }
    try {
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find("madvise")
          .map(
              address ->
                  linker.downcallHandle(
                      address,
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_INT)))
          .orElse(null);
    } catch (UnsupportedOperationException | IllegalCallerException e) {
      return null;
    }
  }

  /** Pages of it are read here and there: reading ahead around each would read the whole file. */
  public static void random(MemorySegment mapped) {
    advise(mapped, 0, mapped.byteSize(), MADV_RANDOM);
  }

  /** These bytes are read soon: pages that are not in memory are asked for, and not waited for. */
  public static void willNeed(MemorySegment mapped, long offset, long bytes) {
    advise(mapped, offset, bytes, MADV_WILLNEED);
  }

  @SuppressWarnings("UnusedVariable") // the call's exact type has a result
  private static void advise(MemorySegment mapped, long offset, long bytes, int advice) {
    if (MADVISE == null || bytes == 0 || !mapped.isMapped()) {
      return;
    }
    long address = mapped.address() + offset;
    long start = address & -PAGE_BYTES;
    try {
      // A refusal changes nothing that is promised.
      int refused = (int) MADVISE.invokeExact(start, address + bytes - start, advice);
    } catch (Throwable e) {
      throw new IllegalStateException("madvise cannot be called", e);
    }
  }
}
