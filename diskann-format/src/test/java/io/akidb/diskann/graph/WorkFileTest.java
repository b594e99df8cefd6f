package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.kernel.SegmentLayout;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFileTest {
  @TempDir Path folder;

  @Test
  void file_anyLength_isZeroedAndHasNoNameThatAKilledProcessCouldLeave() {
    for (long length : new long[] {0, 1, 4097, (1 << 20) + 3}) {
      try (WorkFile file = new WorkFile(folder, "work", length)) {
        assertThat(file.bytes().byteSize()).isEqualTo(length);
        for (long at = 0; at < length; at++) {
          assertThat(file.bytes().get(SegmentLayout.I8, at)).isZero();
        }
        file.bytes().fill((byte) 7);
        assertThat(folder).isEmptyDirectory();
      }
    }
  }

  @Test
  void file_largerThanTheDisk_saysSoAndLeavesNothing() {
    assertThatThrownBy(() -> new WorkFile(folder, "work", 1L << 60))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("work file of " + (1L << 60) + " bytes")
        .hasStackTraceContaining("bytes are free");
    assertThat(folder).isEmptyDirectory();
  }
}
