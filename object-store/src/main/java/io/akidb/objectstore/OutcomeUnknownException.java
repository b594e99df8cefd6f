package io.akidb.objectstore;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a write was lost: it may have happened, or may still happen. The caller has to
 * look.
 */
public final class OutcomeUnknownException extends ObjectStoreException {
  /**
   * Creates one with a message that names the key, and its cause if another exception tells more.
   */
  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
