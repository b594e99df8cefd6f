package io.akidb.policies.command;

/** A command could not be finished: the message says why. */
final class ToolFailedException extends RuntimeException {
  ToolFailedException(String message) {
    super(message);
  }
}
