package io.akidb.objectstore;

import org.jspecify.annotations.Nullable;

/** The root of what an {@link ObjectStore} throws. */
public abstract sealed class ObjectStoreException extends RuntimeException
    permits ObjectNotFoundException,
        PreconditionFailedException,
        OutcomeUnknownException,
        StoreUnavailableException,
        StoreAccessDeniedException,
        InvalidRequestException,
        ObjectTooLargeException {

  ObjectStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whether the same call may succeed later without anybody changing anything. */
  public abstract boolean isRetryable();
}
