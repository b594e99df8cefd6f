package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Answers a repeated call as the first one was, if both carry the same {@code Idempotency-Key}: on
 * this node, for ten minutes, for a bounded number of calls. Only answers of success are kept, so
 * that a failed call can be repeated. Nobody is answered what another was. Thread-safe.
 */
final class Idempotency {
  private static final int CALLS_MAX = 10_000;
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");

  private record Id(TenantId tenant, String principal, String method, String path, String key) {}

  private record Kept(String digest, CompletableFuture<Answer> answer) {}

  private final Cache<Id, Kept> kept =
      Caffeine.newBuilder().maximumSize(CALLS_MAX).expireAfterWrite(KEPT).build();

  /**
   * Handles a call once.
   *
   * @throws ServingException CONFLICT if the key was used for another body, or its first call is
   *     still being handled
   */
  Answer once(
      TenantId tenant,
      String principal,
      String method,
      String path,
      String key,
      byte[] body,
      Supplier<Answer> handler) {
    if (!KEY.matcher(key).matches()) {
      throw ServingException.invalid("Idempotency-Key", "must be 1 to 128 printable characters");
    }
    Id id = new Id(tenant, principal, method, path, key);
    Kept mine = new Kept(digest(body), new CompletableFuture<>());
    Kept first = kept.asMap().putIfAbsent(id, mine);
    if (first == null) {
      try {
        Answer answer = handler.get();
        mine.answer().complete(answer);
        return answer;
      } finally {
        if (!mine.answer().isDone()) {
          kept.asMap().remove(id, mine);
        }
      }
    }
    if (!first.digest().equals(mine.digest())) {
      throw ServingException.of(Reason.CONFLICT, "this Idempotency-Key was used for another body");
    }
    Answer answer = first.answer().getNow(null);
    if (answer == null) {
      throw ServingException.of(
          Reason.CONFLICT, "the first call with this Idempotency-Key is still being handled");
    }
    return answer.with("Idempotency-Replayed", "true");
  }

  private static String digest(byte[] body) {
    try {
      byte[] sha = java.security.MessageDigest.getInstance("SHA-256").digest(body);
      return HexFormat.of().formatHex(Arrays.copyOf(sha, 16));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
