package io.akidb.build;

/** Somebody else builds this already, or took the build over. */
public final class LeaseTakenException extends BuildException {
  LeaseTakenException(String message) {
    super(message, null);
  }
}
