package io.akidb.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command with one line for people. */
public sealed class CliException extends RuntimeException permits CliException.Usage {
  private CliException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Something went wrong: exit code 1. */
  public static CliException failed(String message, @Nullable Throwable cause) {
    return new CliException(message, cause);
  }

  /** The command line, or a file that it names, is wrong: exit code 2. */
  public static CliException usage(String message) {
    return new Usage(message);
  }

  /** See {@link #usage}. */
  static final class Usage extends CliException {
    private Usage(String message) {
      super(message, null);
    }
  }
}
