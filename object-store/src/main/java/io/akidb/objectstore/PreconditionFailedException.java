package io.akidb.objectstore;

import org.jspecify.annotations.Nullable;

/** Somebody else wrote first: the key is taken, or its entity tag is another. */
public final class PreconditionFailedException extends ObjectStoreException {
  /**
   * Creates one with a message that names the key, and its cause if another exception tells more.
   */
  public PreconditionFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
