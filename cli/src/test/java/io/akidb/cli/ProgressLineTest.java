package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void update_onATerminal_writesOverTheLineBefore() {
    ProgressLine progress = new ProgressLine(err, true);
    progress.update("half");
    progress.update("whole");
    progress.end();
    progress.end();
    assertThat(shown()).isEqualTo("\r\u001b[Khalf\r\u001b[Kwhole\r\u001b[K");
  }

  @Test
  void update_onATerminal_neverBreaksTheLine() {
    new ProgressLine(err, true).update("x".repeat(300));
    assertThat(shown()).isEqualTo("\r\u001b[K" + "x".repeat(100));
  }

  @Test
  void update_elsewhere_writesALineNowAndThen() {
    ProgressLine progress = new ProgressLine(err, false);
    for (int i = 0; i < 1000; i++) {
      progress.update("line " + i);
    }
    progress.end();
    assertThat(shown().lines()).first().isEqualTo("line 0");
    assertThat(shown().lines().count()).isLessThan(100);
    assertThat(shown()).doesNotContain("\u001b");
  }

  @Test
  void of_thisProcess_answersOne() {
    ProgressLine.of(err).update("line");
    assertThat(shown()).contains("line");
  }
}
