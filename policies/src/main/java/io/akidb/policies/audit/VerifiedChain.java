package io.akidb.policies.audit;

import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/** What a verification knows of a chain so far. */
final class VerifiedChain {
  private final String id;
  private @Nullable PublicKey key;
  private @Nullable Link head;
  private @Nullable String sha256;
  private long next;
  private long lastAtMs = Long.MIN_VALUE;

  VerifiedChain(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  /** Null until the first batch was read. */
  @Nullable PublicKey key() {
    return key;
  }

  void key(@Nullable PublicKey found) {
    key = found;
  }

  /** How far it has come by its own word; null if it has no head. */
  @Nullable Link head() {
    return head;
  }

  void head(Link told) {
    head = told;
  }

  /** The number that the next batch has to have. */
  long next() {
    return next;
  }

  /** The hash of the batch before it; null before the first. */
  @Nullable String sha256() {
    return sha256;
  }

  long lastAtMs() {
    return lastAtMs;
  }

  void follow(long number, String hash, long atMs) {
    next = number + 1;
    sha256 = hash;
    lastAtMs = Math.max(lastAtMs, atMs);
  }
}
