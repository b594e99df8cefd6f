package io.akidb.bench.engine;

import io.akidb.bench.BenchException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The operating system's cache of files, of which Linux lets a program take its own files out. */
final class PageCache {
  private static final int READ_ONLY = 0;
  private static final int DONT_NEED = 4;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final Linker LINKER = Linker.nativeLinker();

  private PageCache() {}

  /** Whether it can be done here. */
  private static boolean isSupported() {
    return System.getProperty("os.name").equals("Linux");
  }

  /** Writes what is not written yet: only clean pages can be evicted. */
  static void flush(Path folder) throws IOException {
    if (!isSupported()) {
      throw new BenchException("only Linux can search with nothing in memory; leave --cold out");
    }
    for (Path file : files(folder)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
  }

  /** Takes the files of a folder out of the cache; nobody may have them mapped. */
  static void evict(Path folder) throws IOException {
    for (Path file : files(folder)) {
      evictFile(file);
    }
  }

  private static void evictFile(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      int descriptor =
          (int)
              function("open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT))
                  .invokeExact(arena.allocateFrom(file.toString()), READ_ONLY);
      if (descriptor < 0) {
        throw new BenchException("cannot open " + file);
      }
      int failed =
          (int)
              function("posix_fadvise", FunctionDescriptor.of(INT, INT, LONG, LONG, INT))
                  .invokeExact(descriptor, 0L, 0L, DONT_NEED);
      int notClosed =
          (int) function("close", FunctionDescriptor.of(INT, INT)).invokeExact(descriptor);
      if (failed != 0 || notClosed != 0) {
        throw new BenchException("cannot take " + file + " out of the page cache");
      }
    } catch (BenchException e) {
      throw e;
    } catch (Throwable e) {
      throw new BenchException("cannot take " + file + " out of the page cache", e);
    }
  }

  @SuppressWarnings("restricted") // the C library's own functions, by their own signatures
  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    MemorySegment address = LINKER.defaultLookup().findOrThrow(name);
    return LINKER.downcallHandle(address, descriptor);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
