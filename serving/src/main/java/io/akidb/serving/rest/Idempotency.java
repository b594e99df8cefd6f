package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Answers a repeated call as the first one was, if both carry the same {@code Idempotency-Key}: on
 * this node, for ten minutes, for a bounded number of calls and bytes of each tenant and of all.
 * Only answers of success are kept, so that a failed call can be repeated; of one that showed a
 * secret only that it was given. Nobody is answered what another was. Thread-safe.
 */
final class Idempotency {
  static final int CALLS_MAX = 1_000;

  /** What a call weighs at least, in bytes: the objects that keep it. */
  static final int CALL_BYTES_MIN = 1 << 10;

  private static final int CALL_OVERHEAD_BYTES = 512;
  private static final int DIGESTED_BYTES = 64 << 10;
  private static final int TENANTS_MAX = 200;
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");

  private record Id(String principal, String method, String path, String key) {
    int bytes() {
      return principal.length() + path.length() + key.length();
    }
  }

  private record Kept(String digest, CompletableFuture<Answer> answer, int bodyBytes) {
    boolean isHandled() {
      return answer.isDone();
    }
  }

  private final long bytesMax;

  // Of each tenant by itself, so that none can have another's answers forgotten.
  private final LoadingCache<String, Cache<Id, Kept>> tenants =
      Caffeine.newBuilder()
          .maximumSize(TENANTS_MAX)
          .expireAfterAccess(KEPT)
          .build(
              tenant ->
                  Caffeine.newBuilder()
                      .maximumWeight((long) CALLS_MAX * CALL_BYTES_MIN)
                      .weigher(Idempotency::bytes)
                      .expireAfterWrite(KEPT)
                      // In the caller's thread, so that what is held is known when it is looked at.
                      .executor(Runnable::run)
                      .build());

  /**
   * Keeps nothing yet.
   *
   * @param bytesMax of what is kept for all tenants, about
   */
  Idempotency(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  private static int bytes(Id id, Kept kept) {
    return Math.max(CALL_BYTES_MIN, CALL_OVERHEAD_BYTES + id.bytes() + kept.bodyBytes());
  }

  /**
   * Handles a call once.
   *
   * @param tenant among whose answers its own is kept; the platform's have a name of their own
   * @param path with its query
   * @throws ServingException CONFLICT if the key was used for another body, its first call is still
   *     being handled, or its answer held a secret
   */
  Answer once(
      String tenant,
      String principal,
      String method,
      String path,
      String key,
      Blocks body,
      Supplier<Answer> handler) {
    if (!KEY.matcher(key).matches()) {
      throw ServingException.invalid("Idempotency-Key", "must be 1 to 128 printable characters");
    }
    Cache<Id, Kept> kept = tenants.get(tenant);
    Id id = new Id(principal, method, path, key);
    Kept mine = new Kept(digest(body), new CompletableFuture<>(), 0);
    Kept first = kept.asMap().putIfAbsent(id, mine);
    if (first == null) {
      try {
        Answer answer = handler.get();
        Answer repeated = answer.withoutSecret();
        mine.answer().complete(repeated);
        Kept handled = new Kept(mine.digest(), mine.answer(), repeated.body().size());
        kept.asMap().replace(id, mine, handled);
        if (bytesHeld() > bytesMax) {
          makeRoom();
        }
        return answer;
      } finally {
        if (!mine.isHandled()) {
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

  /** Bytes of what is kept for all tenants, about. */
  long bytesHeld() {
    return tenants.asMap().values().stream().mapToLong(Idempotency::bytesHeld).sum();
  }

  private static long bytesHeld(Cache<Id, Kept> kept) {
    return kept.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  // Whoever keeps most makes room: a tenant with few answers loses none to one with many.
  private synchronized void makeRoom() {
    for (int i = 0; i < TENANTS_MAX && bytesHeld() > bytesMax; i++) {
      tenants.asMap().values().stream()
          .max(Comparator.comparingLong(Idempotency::bytesHeld))
          .ifPresent(Idempotency::halve);
    }
  }

  private static void halve(Cache<Id, Kept> kept) {
    long left = bytesHeld(kept) / 2;
    Map<Id, Kept> coldest = kept.policy().eviction().orElseThrow().coldest(CALLS_MAX);
    for (Map.Entry<Id, Kept> entry : coldest.entrySet()) {
      if (entry.getValue().isHandled()) {
        kept.asMap().remove(entry.getKey(), entry.getValue());
        left -= bytes(entry.getKey(), entry.getValue());
      }
      if (left <= 0) {
        break;
      }
    }
    kept.cleanUp();
  }

  private static String digest(Blocks body) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      body.forEach(DIGESTED_BYTES, sha::update);
      return HexFormat.of().formatHex(Arrays.copyOf(sha.digest(), 16));
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
