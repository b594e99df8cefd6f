package io.akidb.cli.process;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

  /** Becomes the command at a word, and ends if that never comes. */
  static final String WAITING = "read -r line && exec \"$@\" < /dev/null";

  private LastWill() {}

  /**
   * Starts a process with a last will: its command runs once that is made, and not at all if this
   * JVM ends before.
   *
   * @param builder whose command gets nothing to read
   * @param patience how long the process, when it was asked to end, is waited for
   */
  static Process start(ProcessBuilder builder, Duration patience) throws IOException {
    List<String> command = List.copyOf(builder.command());
    Path program = Path.of(command.getFirst());
    if (program.getNameCount() > 1 && !Files.isExecutable(program)) {
      // Says why not, which a shell would say in its output.
      return started(builder);
    }
    List<String> waiting = new ArrayList<>(List.of("sh", "-c", WAITING, "waiting"));
    waiting.addAll(command);
    Process process;
    try {
      process = builder.command(waiting).start();
    } catch (IOException e) {
      // There is no sh.
      return started(builder.command(command));
    }
    try (OutputStream word = process.getOutputStream()) {
      Process shell = executor(process.pid(), patience);
      // Its number may be another's one day.
      var _ = process.onExit().thenRun(shell::destroyForcibly);
      word.write('\n');
      return process;
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static Process started(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /** A shell that acts when its standard input ends. */
  private static Process executor(long pid, Duration patience) throws IOException {
    return new ProcessBuilder(
            List.of(
                "sh",
                "-c",
                SCRIPT,
                "last-will",
                Long.toString(pid),
                Long.toString(Math.max(1, patience.toSeconds()))))
        .redirectOutput(Redirect.DISCARD)
        .redirectError(Redirect.DISCARD)
        .start();
  }
}
