package io.akidb.cli.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;

/**
 * Ends a process when this JVM is gone, even by {@code kill -9}, which no shutdown hook sees: a
 * shell that waits for the end of its input, whose other end only this JVM holds. Where there is no
 * {@code sh}, such a process is left alone.
 */
final class LastWill {
  /** Asks the process to end, and ends it by force when it does not; it may be gone at any time. */
  private static final String SCRIPT =
      """
      while read -r line; do :; done
      kill "$1" 2>/dev/null || exit
      left=$2
      while [ "$left" -gt 0 ] && kill -0 "$1" 2>/dev/null; do
        sleep 1
        left=$((left - 1))
      done
      kill -9 "$1" 2>/dev/null
      """;

  private LastWill() {}

  /** From now on, as long as the process lives. */
  static void of(Process process, Duration patience) {
    Process shell;
    try {
      shell =
          new ProcessBuilder(
                  List.of(
                      "sh",
                      "-c",
                      SCRIPT,
                      "last-will",
                      Long.toString(process.pid()),
                      Long.toString(Math.max(1, patience.toSeconds()))))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return;
    }
    // Its number may be another's one day.
    var _ = process.onExit().thenRun(shell::destroyForcibly);
  }
}
