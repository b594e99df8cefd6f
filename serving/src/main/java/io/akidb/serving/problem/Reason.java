package io.akidb.serving.problem;

import java.util.Locale;

/** Why a call failed: the stable {@code code} of an answer. Codes are never renamed. */
public enum Reason {
  /** A field, a parameter or the body's form is wrong. */
  INVALID_REQUEST(false),
  /** No key, or one that is not known. */
  UNAUTHENTICATED(false),
  /** The key is good, but its role may not do this. */
  FORBIDDEN(false),
  /** The installation has not opted into what the call needs. */
  NOT_ENABLED(false),
  /** The tenant is suspended: everything of it is refused until its operator resumes it. */
  TENANT_SUSPENDED(false),
  /** There is no such thing, or it is another tenant's. */
  NOT_FOUND(false),
  /** The path exists, the method does not. */
  METHOD_NOT_ALLOWED(false),
  /** The name is taken, or the thing was changed meanwhile. */
  CONFLICT(false),
  /** {@code If-Match} names another version. */
  PRECONDITION_FAILED(false),
  /** The body, or what it asks for, is above a bound. */
  TOO_LARGE(false),
  /** The body is of a type that is not read here. */
  UNSUPPORTED_MEDIA_TYPE(false),
  /** A quota of the tenant is used up. */
  QUOTA_EXCEEDED(false),
  /** More calls a second than the tenant may make. */
  RATE_LIMITED(true),
  /** The node has as much to do as it may. */
  OVERLOADED(true),
  /** What is not yet in an index has reached its bound: a build must run first. */
  BUILD_NEEDED(true),
  /** The node has not reached the asked generation in time. */
  NOT_CAUGHT_UP(true),
  /** Nobody can tell whether the write happened; repeating it does no harm. */
  OUTCOME_UNKNOWN(true),
  /** The bucket, or something in it, cannot be read now. */
  UNAVAILABLE(true),
  /** A fault of the node. */
  INTERNAL(false);

  private final boolean retryable;

  Reason(boolean retryable) {
    this.retryable = retryable;
  }

  /** Whether the same call may succeed later without anybody changing it. */
  public boolean isRetryable() {
    return retryable;
  }

  /** The name on the wire. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
