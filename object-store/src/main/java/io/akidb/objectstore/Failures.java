package io.akidb.objectstore;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** What a failed call to an S3 service means. */
final class Failures {
  /** Client errors by their status, but of the moment. */
  private static final Set<String> PASSING =
      Set.of(
          "BadDigest",
          "ConditionalRequestConflict",
          "IncompleteBody",
          "OperationAborted",
          "RequestTimeout",
          "SlowDown",
          "XAmzContentSHA256Mismatch");

  private static final Set<String> WRONG_KEYS =
      Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch");

  private Failures() {}

  /** Whether the same call may succeed in a moment. */
  static boolean mayRetry(IOException failure) {
    if (failure instanceof HttpFailure http) {
      return http.status() == 408
          || http.status() == 429
          || (http.status() >= 500 && http.status() != 501)
          || PASSING.contains(http.code());
    }
    return !(failure instanceof SSLHandshakeException
        || failure instanceof SSLPeerUnverifiedException);
  }

  /**
   * Whether a write that failed so may have been, or still be, carried out. Only an answer that
   * refuses it, or a connection that never came about, says no.
   */
  static boolean mayHaveHappened(IOException failure) {
    if (failure instanceof HttpFailure http) {
      return http.status() >= 500 && http.status() != 501 && !http.code().equals("SlowDown");
    }
    return !(failure instanceof ConnectException
        || failure instanceof NoRouteToHostException
        || failure instanceof UnknownHostException
        || failure instanceof SSLHandshakeException
        || failure instanceof SSLPeerUnverifiedException);
  }

  static boolean isNotFound(IOException failure) {
    return failure instanceof HttpFailure http
        && http.status() == 404
        && !http.code().equals("NoSuchBucket");
  }

  static boolean hasStatus(IOException failure, int status) {
    return failure instanceof HttpFailure http && http.status() == status;
  }

  static boolean hasCode(IOException failure, String code) {
    return failure instanceof HttpFailure http && http.code().equals(code);
  }

  /**
   * Answers our exception for it.
   *
   * @param what was tried, with the key
   */
  static ObjectStoreException translate(String what, IOException failure) {
    if (isNotFound(failure)) {
      return new ObjectNotFoundException(what + ": there is no such object", failure);
    }
    if (!(failure instanceof HttpFailure http)) {
      return new StoreUnavailableException(
          what + ": the store cannot be reached (" + failure.getMessage() + ")", failure);
    }
    if (mayRetry(failure)) {
      return new StoreUnavailableException(what + ": " + http.getMessage(), failure);
    }
    if (WRONG_KEYS.contains(http.code())) {
      return new StoreAccessDeniedException(
          what + ": the store does not take AKIDB_ACCESS_KEY and AKIDB_SECRET_KEY", failure);
    }
    if (http.code().equals("RequestTimeTooSkewed")) {
      return new StoreAccessDeniedException(
          what + ": this machine's clock and the store's differ too much; set it right", failure);
    }
    if (http.code().equals("NoSuchBucket")) {
      return new InvalidRequestException(what + ": the bucket does not exist any more", failure);
    }
    return switch (http.status()) {
      case 401, 403 ->
          new StoreAccessDeniedException(
              what + ": the credentials may not do this (" + http.getMessage() + ")", failure);
      case 412 -> new PreconditionFailedException(what + ": somebody else wrote first", failure);
      case 416 ->
          new InvalidRequestException(what + ": the range does not lie within the object", failure);
      case 301, 302, 307, 308 ->
          new InvalidRequestException(
              what + ": the bucket is in another region; set AKIDB_REGION, AKIDB_ENDPOINT",
              failure);
      default -> new InvalidRequestException(what + ": " + http.getMessage(), failure);
    };
  }
}
