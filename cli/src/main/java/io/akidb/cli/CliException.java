package io.akidb.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command with one line for people. */
public sealed class CliException extends RuntimeException permits CliException.Usage {
  CliException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The command line, or a file that it names, is wrong: exit code 2 rather than 1. */
  static final class Usage extends CliException {
    Usage(String message) {
      super(message, null);
    }
  }
}
