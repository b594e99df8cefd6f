package io.akidb.objectstore;

import org.jspecify.annotations.Nullable;

/** The store refused the credentials, or these credentials may not do this. */
public final class StoreAccessDeniedException extends ObjectStoreException {
  /**
   * Creates one with a message that names the key, and its cause if another exception tells more.
   */
  public StoreAccessDeniedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
