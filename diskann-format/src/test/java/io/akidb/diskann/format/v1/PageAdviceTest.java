package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageAdviceTest {
  private static final int PAGES = 16;

  @TempDir Path folder;

  /** What the kernel noted of the mapping of a file. */
  private static String flagsOf(Path file) throws IOException {
    Path mappings = Path.of("/proc/self/smaps");
    if (!Files.isReadable(mappings)) {
      return "";
    }
    boolean isFound = false;
    for (String line : Files.readAllLines(mappings)) {
      isFound |= line.endsWith(file.getFileName().toString());
      if (isFound && line.startsWith("VmFlags:")) {
        return line;
      }
    }
    return "";
  }

  @Test
  void random_onAMapping_isNotedByTheKernel() throws IOException {
    Path file = Files.write(folder.resolve("mapped"), new byte[PAGES * 4096]);
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      assumeTrue(
          flagsOf(file).startsWith("VmFlags:"), "skipped: this kernel shows no flags of mappings");
      assertThat(flagsOf(file)).doesNotContain(" rr");
      PageAdvice.random(mapped);
      assertThat(flagsOf(file)).as("random read advised").contains(" rr");
    }
  }

  @Test
  void advice_onAnyPartOrOnTheHeap_changesNoBytes() throws IOException {
    byte[] bytes = new byte[PAGES * 4096];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    Path file = Files.write(folder.resolve("mapped"), bytes);
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      PageAdvice.random(mapped.asSlice(100, 5000));
      PageAdvice.random(mapped.asSlice(7, 0));
      PageAdvice.willNeed(mapped, 4095, 2);
      PageAdvice.willNeed(mapped, 0, bytes.length);
      PageAdvice.willNeed(MemorySegment.ofArray(bytes), 3, 10);
      assertThat(mapped.mismatch(MemorySegment.ofArray(bytes))).isEqualTo(-1);
    }
  }
}
