package io.akidb.cli.process;

import io.akidb.cli.CliException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process that ends with its owner: {@link #close} ends it, and so does the end of this JVM, also
 * a violent one. What it prints to standard output is handed over line by line, on a thread of its
 * own; its errors go to a log file. Thread-safe.
 */
public final class Child implements AutoCloseable {
  /** Longer than a node takes for the calls in flight. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final int LAST_LINES = 12;

  /** What the JVM says of the vector kernels at each start tells nobody why something failed. */
  private static final String JVM_NOISE = "WARNING: Using incubator modules:";

  private static final long LOG_READ_MAX = 64 << 10;

  private final Process process;
  private final Path log;
  private final Thread reader;
  private final Thread atExit;
  private final Duration patience;
  private volatile @Nullable RuntimeException refusal;

  private Child(Process process, Path log, Duration patience, Consumer<String> onLine) {
    this.process = process;
    this.log = log;
    this.patience = patience;
    this.atExit = new Thread(this::end, "end-" + process.pid());
    Runtime.getRuntime().addShutdownHook(atExit);
    this.reader =
        Thread.ofPlatform().name("child-" + process.pid()).daemon().start(() -> read(onLine));
  }

  /**
   * Starts a process.
   *
   * @param environment added to this process's own
   * @param log new file for its errors; its folder is made
   * @param onLine takes each line of standard output; what it throws, {@link #await} throws
   * @throws CliException if it cannot be started
   */
  public static Child start(
      List<String> command, Map<String, String> environment, Path log, Consumer<String> onLine) {
    return start(command, environment, log, PATIENCE, onLine);
  }

  /**
   * As above.
   *
   * @param patience how long a process that was asked to end is waited for
   */
  static Child start(
      List<String> command,
      Map<String, String> environment,
      Path log,
      Duration patience,
      Consumer<String> onLine) {
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      Files.write(log, new byte[0]);
      // Two write to it: both append.
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      return new Child(LastWill.start(builder, patience), log, patience, onLine);
    } catch (IOException e) {
      throw CliException.failed("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
    }
  }

  private void read(Consumer<String> onLine) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        OutputStream rest =
            Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("{")) {
          rest.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        take(line, onLine);
      }
    } catch (IOException | UncheckedIOException e) {
      // The process is gone, or its log is: its exit code tells.
    }
  }

  // After a failure the rest is still read: a process whose output nobody reads stands still.
  private void take(String line, Consumer<String> onLine) {
    try {
      onLine.accept(line);
    } catch (RuntimeException e) {
      refusal = e;
    }
  }

  /**
   * Waits for its end and for its last line.
   *
   * @throws RuntimeException that the taker of its lines threw last
   */
  public int await() {
    try {
      int code = process.waitFor();
      // Something else may hold its output open.
      var _ = reader.join(patience);
      RuntimeException thrown = refusal;
      if (thrown != null) {
        throw thrown;
      }
      return code;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted", e);
    }
  }

  /**
   * An exit code in words; the shells of all systems count signals from 128 on.
   *
   * @param code that {@link #await} answered
   */
  public static String end(int code) {
    return switch (code) {
      case 129, 130, 143 -> "exit code " + code + ", it was told to end";
      case 134, 139 -> "exit code " + code + ", the JVM crashed";
      case 137 -> "exit code " + code + ", it was killed, perhaps for want of memory";
      default -> "exit code " + code;
    };
  }

  /** Of the operating system. */
  public long pid() {
    return process.pid();
  }

  /** Has something done when it has ended, on another thread. */
  public void onEnd(Runnable action) {
    var _ = process.onExit().thenRun(action);
  }

  /** Ends it at once, as {@code kill -9} does. */
  public void kill() {
    List<ProcessHandle> below = process.descendants().toList();
    process.destroyForcibly();
    below.forEach(ProcessHandle::destroyForcibly);
    close();
    await();
  }

  /** The last lines of the log, for messages. */
  public String lastLines() {
    try (var channel = Files.newByteChannel(log)) {
      long size = channel.size();
      channel.position(Math.max(0, size - LOG_READ_MAX));
      byte[] tail = new byte[(int) (size - channel.position())];
      ByteBuffer buffer = ByteBuffer.wrap(tail);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
      Deque<String> last = new ArrayDeque<>();
      for (String line : new String(tail, StandardCharsets.UTF_8).strip().lines().toList()) {
        if (line.startsWith(JVM_NOISE)) {
          continue;
        }
        last.addLast("  | " + line);
        if (last.size() > LAST_LINES) {
          last.removeFirst();
        }
      }
      return String.join("\n", last) + "\n  whole log: " + log;
    } catch (IOException e) {
      return "  no log: " + log;
    }
  }

  /** Asks it to end, waits, and ends it by force when it does not. */
  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is ending already.
    }
  }

  private void end() {
    List<ProcessHandle> below = process.descendants().toList();
    process.destroy();
    below.forEach(ProcessHandle::destroy);
    try {
      if (!process.waitFor(patience)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    below.forEach(ProcessHandle::destroyForcibly);
  }
}
