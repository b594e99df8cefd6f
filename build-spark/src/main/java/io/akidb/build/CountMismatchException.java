package io.akidb.build;

/** Rows were lost or doubled on the way: nothing is published. The message holds the numbers. */
public final class CountMismatchException extends BuildException {
  CountMismatchException(String message) {
    super(message, null);
  }
}
