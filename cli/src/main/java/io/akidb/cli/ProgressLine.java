package io.akidb.cli;

import java.io.Console;
import java.io.PrintStream;

/**
 * Tells people how far something is: one line that is written over on a terminal, a line every few
 * seconds elsewhere. Thread-safe.
 */
public final class ProgressLine {
  private static final long PAUSE_NANOS = 5_000_000_000L;
  private static final int WIDTH = 100;

  private final PrintStream err;
  private final boolean isTerminal;
  private long last;
  private boolean isOpen;

  /** On a terminal lines are written over. */
  public ProgressLine(PrintStream err, boolean isTerminal) {
    this.err = err;
    this.isTerminal = isTerminal;
    this.last = System.nanoTime() - PAUSE_NANOS;
  }

  /** For this process's standard error. */
  @SuppressWarnings("SystemConsoleNull") // NullAway holds the opposite.
  public static ProgressLine of(PrintStream err) {
    Console console = System.console();
    return new ProgressLine(err, console != null && console.isTerminal());
  }

  /** How far it is now. */
  public synchronized void update(String text) {
    if (isTerminal) {
      String shown = text.length() > WIDTH ? text.substring(0, WIDTH) : text;
      err.print("\r\u001b[K" + shown);
      err.flush();
      isOpen = true;
    } else if (System.nanoTime() - last >= PAUSE_NANOS) {
      last = System.nanoTime();
      err.println(text);
    }
  }

  /** It ended: the next line is an ordinary one. */
  public synchronized void end() {
    if (isOpen) {
      err.print("\r\u001b[K");
      err.flush();
      isOpen = false;
    }
  }
}
