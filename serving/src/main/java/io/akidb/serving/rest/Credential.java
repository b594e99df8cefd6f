package io.akidb.serving.rest;

import io.akidb.policies.Tokens;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What a call shows of who makes it: an API key, a token, or anything else. Thread-safe. */
final class Credential {
  /** Of a call that shows none. */
  static final Credential NONE = new Credential("");

  private final String text;
  private final boolean isToken;
  // Computed by whoever needs it first; by two of them the same.
  private volatile @Nullable String digest;

  /**
   * One.
   *
   * @param text as it came, without what stands before it
   */
  Credential(String text) {
    this.text = text;
    this.isToken = Tokens.isToken(text);
  }

  String text() {
    return text;
  }

  /** Whether it has the form of a signed token. */
  boolean isToken() {
    return isToken;
  }

  /** Its SHA-256 in hexadecimal digits, by which it can be known without being kept. */
  String digest() {
    String known = digest;
    if (known == null) {
      known = sha256(text);
      digest = known;
    }
    return known;
  }

  private static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Says nothing of it. */
  @Override
  public String toString() {
    return "Credential";
  }
}
