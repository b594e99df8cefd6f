package io.akidb.bench;

/** A run cannot be done as asked; the message says what to change. */
public final class BenchException extends RuntimeException {
  /** With a message for the person at the terminal. */
  public BenchException(String message) {
    super(message);
  }

  /** With what lies behind it. */
  public BenchException(String message, Throwable cause) {
    super(message, cause);
  }
}
