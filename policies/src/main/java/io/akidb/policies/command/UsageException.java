package io.akidb.policies.command;

/** The arguments are wrong: the message says which, and what they may be. */
final class UsageException extends RuntimeException {
  UsageException(String message) {
    super(message);
  }
}
