package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
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
 * this node, for ten minutes, for a bounded number of calls of each tenant. Only answers of success
 * are kept, so that a failed call can be repeated; of one that showed a secret only that it was
 * given. Nobody is answered what another was. Thread-safe.
 */
final class Idempotency {
  static final int CALLS_MAX = 1_000;
  private static final int TENANTS_MAX = 200;
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");

  private record Id(String principal, String method, String path, String key) {}

  private record Kept(String digest, CompletableFuture<Answer> answer) {}

  // Of each tenant by itself, so that none can have another's answers forgotten.
  private final LoadingCache<TenantId, Cache<Id, Kept>> tenants =
      Caffeine.newBuilder()
          .maximumSize(TENANTS_MAX)
          .expireAfterAccess(KEPT)
          .build(
              tenant ->
                  Caffeine.newBuilder().maximumSize(CALLS_MAX).expireAfterWrite(KEPT).build());

  /**
   * Handles a call once.
   *
   * @param path with its query
   * @throws ServingException CONFLICT if the key was used for another body, its first call is still
   *     being handled, or its answer held a secret
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
    Cache<Id, Kept> kept = tenants.get(tenant);
    Id id = new Id(principal, method, path, key);
    Kept mine = new Kept(digest(body), new CompletableFuture<>());
    Kept first = kept.asMap().putIfAbsent(id, mine);
    if (first == null) {
      try {
        Answer answer = handler.get();
        mine.answer().complete(answer.withoutSecret());
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
    if (answer.once()) {
      throw ServingException.of(
          Reason.CONFLICT,
          "the first call with this Idempotency-Key made "
              + answer.headers().getOrDefault("Location", "what it asked for")
              + ", and its API key was shown then and is kept nowhere; if it was lost, rotate it,"
              + " or delete what was made and repeat the call with another Idempotency-Key");
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
