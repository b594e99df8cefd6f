package io.akidb.serving.build;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends a process and all below it when this JVM is gone, even by {@code kill -9}, which lets nobody
 * say goodbye: a shell that waits for the end of its input, whose other end only this JVM holds.
 * Where there is no {@code sh}, such a process is left alone.
 */
final class LastWill {
  /**
   * Asks all to end, and ends by force what does not; any may be gone at any time. The command may
   * be a script that starts a JVM, so that it alone is not enough; those below it are listed before
   * it goes, because they lose their parent then.
   */
  private static final String SCRIPT =
      """
      while read -r line; do :; done
      below() {
        for child in $(cat /proc/"$1"/task/*/children 2>/dev/null || pgrep -P "$1" 2>/dev/null); do
          echo "$child"
          below "$child"
        done
      }
      kill -0 "$1" 2>/dev/null || exit
      all="$1 $(below "$1")"
      kill $all 2>/dev/null
      left=$2
      while [ "$left" -gt 0 ]; do
        alive=
        for each in $all; do
          if kill -0 "$each" 2>/dev/null; then alive="$alive $each"; fi
        done
        [ -n "$alive" ] || exit
        all=$alive
        sleep 1
        left=$((left - 1))
      done
      kill -9 $all 2>/dev/null
      """;

  /** Becomes the command at a word, and ends if that never comes. */
  static final String WAITING = "read -r line && exec \"$@\" < /dev/null";

  private LastWill() {}

  /**
   * Starts a process with a last will: its command runs once that is made, and not at all if this
   * JVM ends before.
   *
   * @param builder whose command gets nothing to read
   * @param patienceSecs how long those that were asked to end are waited for
   */
  static Process start(ProcessBuilder builder, int patienceSecs) throws IOException {
    List<String> command = List.copyOf(builder.command());
    List<String> waiting = new ArrayList<>(List.of("sh", "-c", WAITING, "waiting"));
    waiting.addAll(command);
    Process process;
    try {
      process = builder.command(waiting).start();
    } catch (IOException e) {
      // There is no sh.
      return builder.command(command).start();
    }
    try (OutputStream word = process.getOutputStream()) {
      Process shell = executor(process.pid(), patienceSecs);
      // Its number may be another's one day.
      var _ = process.onExit().thenRun(shell::destroyForcibly);
      word.write('\n');
      return process;
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** A shell that acts when its standard input ends. */
  static Process executor(long pid, int patienceSecs) throws IOException {
    return new ProcessBuilder(
            List.of(
                "sh",
                "-c",
                SCRIPT,
                "last-will",
                Long.toString(pid),
                Integer.toString(patienceSecs)))
        .redirectOutput(Redirect.DISCARD)
        .redirectError(Redirect.DISCARD)
        .start();
  }
}
