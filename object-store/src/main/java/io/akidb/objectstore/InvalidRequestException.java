package io.akidb.objectstore;

import org.jspecify.annotations.Nullable;

/** The key, range or limit is not one that a store takes. */
public final class InvalidRequestException extends ObjectStoreException {
  /**
   * Creates one with a message that names the key, and its cause if another exception tells more.
   */
  public InvalidRequestException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
