package io.akidb.objectstore;

import org.jspecify.annotations.Nullable;

/** The object is larger than the caller is ready to hold. */
public final class ObjectTooLargeException extends ObjectStoreException {
  /**
   * Creates one with a message that names the key, and its cause if another exception tells more.
   */
  public ObjectTooLargeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
