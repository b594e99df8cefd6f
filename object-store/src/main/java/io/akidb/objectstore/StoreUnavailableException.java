package io.akidb.objectstore;

import org.jspecify.annotations.Nullable;

/** The store could not be reached or is overloaded; a write did not happen. */
public final class StoreUnavailableException extends ObjectStoreException {
  /**
   * Creates one with a message that names the key, and its cause if another exception tells more.
   */
  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}
