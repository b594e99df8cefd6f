package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.catalog.CatalogException;
import io.akidb.catalog.CollectionExistsException;
import io.akidb.catalog.CollectionNotFoundException;
import io.akidb.catalog.CommitOutcomeUnknownException;
import io.akidb.catalog.GenerationNotFoundException;
import io.akidb.catalog.InvalidCommitTokenException;
import io.akidb.catalog.InvalidIndexParametersException;
import io.akidb.catalog.InvalidSchemaException;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.objectstore.OutcomeUnknownException;
import io.akidb.policies.ApiKeyNotFoundException;
import io.akidb.policies.IdentityProviderUnavailableException;
import io.akidb.policies.InvalidPolicyException;
import io.akidb.policies.PoliciesException;
import io.akidb.policies.PolicyConflictException;
import io.akidb.policies.PolicyNotFoundException;
import io.akidb.policies.audit.AuditException;
import io.akidb.policies.audit.InvalidAuditRequestException;
import io.akidb.serving.problem.FieldProblem;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.CorruptTenantException;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.QuotaExceededException;
import io.akidb.tenancy.TenantConflictException;
import io.akidb.tenancy.TenantNotFoundException;
import io.akidb.tenancy.TenantStateException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;

/**
 * Turns whatever was thrown into an {@code application/problem+json} (RFC 9457) that gives nothing
 * away.
 */
final class Problems {
  private static final Logger LOG = System.getLogger(Problems.class.getName());

  private Problems() {}

  /**
   * The answer to a failed call; what the caller may not see goes to the log under the request's
   * id.
   */
  static Answer answer(Throwable failure, String requestId) {
    ServingException known = translate(failure);
    if (known.reason() == Reason.INTERNAL) {
      LOG.log(Level.ERROR, "request " + requestId + " failed", failure);
    } else if (known.reason() == Reason.UNAVAILABLE) {
      Throwable cause = known.getCause() == null ? known : known.getCause();
      LOG.log(Level.WARNING, "request {0}: {1}", requestId, cause.toString());
    }
    Map<String, String> headers = new HashMap<>();
    if (known.reason().isRetryable()) {
      headers.put("Retry-After", Integer.toString(Math.max(1, known.retryAfterSecs())));
    }
    if (known.reason() == Reason.UNAUTHENTICATED) {
      headers.put("WWW-Authenticate", "Bearer");
    }
    return new Answer(
        status(known.reason()), Answer.PROBLEM, Json.bytes(body(known, requestId)), headers);
  }

  /** What the answer to a failed call says. */
  static Reason reason(Throwable failure) {
    return translate(failure).reason();
  }

  private static ObjectNode body(ServingException failure, String requestId) {
    Reason reason = failure.reason();
    ObjectNode body = Json.object();
    body.put("type", "about:blank");
    body.put("title", reason.code().replace('_', ' '));
    body.put("status", status(reason));
    body.put("code", reason.code());
    body.put("detail", failure.getMessage());
    body.put("retryable", reason.isRetryable());
    body.put("request_id", requestId);
    if (!failure.fields().isEmpty()) {
      ArrayNode errors = body.putArray("errors");
      for (FieldProblem field : failure.fields()) {
        errors.addObject().put("pointer", field.pointer()).put("detail", field.detail());
      }
    }
    return body;
  }

  private static ServingException translate(Throwable failure) {
    return switch (failure) {
      case ServingException known -> known;
      case CollectionNotFoundException e -> ServingException.notFound("collection");
      case TenantNotFoundException e -> ServingException.notFound("tenant");
      case GenerationNotFoundException e ->
          ServingException.of(Reason.NOT_FOUND, "this generation is not kept, or never was", e);
      case CollectionExistsException e ->
          ServingException.of(Reason.CONFLICT, "a collection of this name exists already", e);
      case ApiKeyNotFoundException e -> ServingException.notFound("API key");
      case PolicyNotFoundException e -> ServingException.of(Reason.NOT_FOUND, text(e), e);
      case PolicyConflictException e ->
          e.field()
              .map(field -> ServingException.taken("/" + field, text(e)))
              .orElseGet(() -> ServingException.of(Reason.CONFLICT, text(e), e));
      case InvalidPolicyException e -> field(e.field(), text(e));
      case IdentityProviderUnavailableException e ->
          ServingException.of(
              Reason.UNAVAILABLE, "the identity provider cannot be asked right now", e);
      case PoliciesException e -> unavailable(e);
      case InvalidAuditRequestException e -> ServingException.invalid("?" + e.field(), text(e));
      case AuditException e ->
          ServingException.of(
              Reason.UNAVAILABLE, "the audit log cannot be written or read right now", e);
      case QuotaExceededException e -> ServingException.of(Reason.QUOTA_EXCEEDED, text(e), e);
      case TenantConflictException e -> ServingException.of(Reason.CONFLICT, text(e), e);
      case TenantStateException e -> ServingException.of(Reason.CONFLICT, text(e), e);
      case CorruptTenantException e -> unavailable(e);
      case InvalidNameException e -> field(e.field(), e.getMessage());
      case InvalidSchemaException e -> field(e.field(), e.getMessage());
      case InvalidIndexParametersException e -> field("parameters/" + e.field(), e.getMessage());
      case InvalidCommitTokenException e -> ServingException.invalid("/at_least", text(e));
      case CommitOutcomeUnknownException e -> unknown(e);
      case OutcomeUnknownException e -> unknown(e);
      case CatalogException e -> unavailable(e);
      case ObjectStoreException e -> unavailable(e);
      case OutOfMemoryError e ->
          ServingException.of(Reason.OVERLOADED, "the node has no memory for this call", e);
      default ->
          ServingException.of(
              Reason.INTERNAL, "the node failed; its log has the reason under request_id", failure);
    };
  }

  // The rooms below name the field first, then what is wrong with it.
  private static ServingException field(String field, @org.jspecify.annotations.Nullable String m) {
    String message = m == null ? "is wrong" : m;
    String name = field.substring(field.lastIndexOf('/') + 1);
    String detail = message.startsWith(name + " ") ? message.substring(name.length() + 1) : message;
    return ServingException.invalid(
        field.startsWith("?") ? field : "/" + field.replace('.', '/'), detail);
  }

  private static String text(Exception e) {
    return e.getMessage() == null ? "is wrong" : e.getMessage();
  }

  private static ServingException unknown(Exception e) {
    return ServingException.of(
        Reason.OUTCOME_UNKNOWN,
        "nobody can tell whether this was done; look, or repeat it if that does no harm",
        e);
  }

  private static ServingException unavailable(Exception e) {
    return ServingException.of(
        Reason.UNAVAILABLE, "the bucket, or an object in it, cannot be read right now", e);
  }

  static int status(Reason reason) {
    return switch (reason) {
      case INVALID_REQUEST -> 400;
      case UNAUTHENTICATED -> 401;
      case FORBIDDEN, NOT_ENABLED, QUOTA_EXCEEDED, TENANT_SUSPENDED -> 403;
      case NOT_FOUND -> 404;
      case METHOD_NOT_ALLOWED -> 405;
      case CONFLICT -> 409;
      case PRECONDITION_FAILED -> 412;
      case TOO_LARGE -> 413;
      case UNSUPPORTED_MEDIA_TYPE -> 415;
      case RATE_LIMITED -> 429;
      case OVERLOADED, BUILD_NEEDED, NOT_CAUGHT_UP, OUTCOME_UNKNOWN, UNAVAILABLE -> 503;
      case INTERNAL -> 500;
    };
  }
}
