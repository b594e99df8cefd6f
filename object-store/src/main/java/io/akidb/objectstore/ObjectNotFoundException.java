package io.akidb.objectstore;

import org.jspecify.annotations.Nullable;

/** There is no object under the key. */
public final class ObjectNotFoundException extends ObjectStoreException {
  /**
   * Creates one with a message that names the key, and its cause if another exception tells more.
   */
  public ObjectNotFoundException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
