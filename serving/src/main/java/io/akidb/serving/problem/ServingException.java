package io.akidb.serving.problem;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call that fails for a reason its caller is told. The message is safe to send out. */
public final class ServingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final transient List<FieldProblem> fields;
  private final int retryAfterSecs;
  private final long bytesWanted;

  private ServingException(
      Reason reason,
      String detail,
      List<FieldProblem> fields,
      int retryAfterSecs,
      @Nullable Throwable cause) {
    this(reason, detail, fields, retryAfterSecs, 0, cause);
  }

  private ServingException(
      Reason reason,
      String detail,
      List<FieldProblem> fields,
      int retryAfterSecs,
      long bytesWanted,
      @Nullable Throwable cause) {
    super(detail, cause);
    this.reason = reason;
    this.fields = List.copyOf(fields);
    this.retryAfterSecs = retryAfterSecs;
    this.bytesWanted = bytesWanted;
  }

  /** A failure without fields. */
  public static ServingException of(Reason reason, String detail) {
    return new ServingException(reason, detail, List.of(), reason.isRetryable() ? 1 : 0, null);
  }

  /** A failure that another one caused; the cause is logged, never sent. */
  public static ServingException of(Reason reason, String detail, Throwable cause) {
    return new ServingException(reason, detail, List.of(), reason.isRetryable() ? 1 : 0, cause);
  }

  /** A failure that may pass: the caller shall wait so many seconds. */
  public static ServingException retryAfter(Reason reason, String detail, int secs) {
    return new ServingException(reason, detail, List.of(), Math.max(1, secs), null);
  }

  /** A failure for want of so many bytes of memory, what is held for the same already included. */
  public static ServingException wanting(
      Reason reason, String detail, int retryAfterSecs, long bytes) {
    return new ServingException(reason, detail, List.of(), retryAfterSecs, bytes, null);
  }

  /** One field that is wrong. */
  public static ServingException invalid(String pointer, String detail) {
    return invalid(List.of(new FieldProblem(pointer, detail)));
  }

  /** Fields that are wrong; at least one. */
  public static ServingException invalid(List<FieldProblem> fields) {
    FieldProblem first = fields.getFirst();
    String more = fields.size() > 1 ? " (and " + (fields.size() - 1) + " more)" : "";
    return new ServingException(
        Reason.INVALID_REQUEST,
        (first.pointer().isEmpty() ? "the body" : first.pointer()) + " " + first.detail() + more,
        fields,
        0,
        null);
  }

  /** One field with what another has already. */
  public static ServingException taken(String pointer, String detail) {
    return new ServingException(
        Reason.CONFLICT,
        pointer + " " + detail,
        List.of(new FieldProblem(pointer, detail)),
        0,
        null);
  }

  /** What is missing; {@code what} names the kind only, never whose it is. */
  public static ServingException notFound(String what) {
    return of(Reason.NOT_FOUND, "there is no such " + what);
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** The fields that are wrong; often none. */
  public List<FieldProblem> fields() {
    return fields;
  }

  /** How many bytes of memory it would take; 0 if it is no matter of memory. */
  public long bytesWanted() {
    return bytesWanted;
  }

  /** After how many seconds to try again; 0 if it is no use. */
  public int retryAfterSecs() {
    return retryAfterSecs;
  }
}
