package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.akidb.policies.Tokens;
import io.javalin.http.Context;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads from calls what they show of who makes them. Those that were good are kept under the whole
 * text of their header, so that it is taken apart, and its digest computed, once: what they are
 * good for is not known here, and asked anew at each call. Thread-safe.
 */
final class Credentials {
  static final String AUTHORIZATION = "Authorization";
  static final String API_KEY = "X-API-Key";

  private static final String BEARER = "Bearer ";
  // In characters, as of tokens that are known.
  private static final long KEPT_LENGTH_MAX = 8L << 20;
  private static final Duration KEPT = Duration.ofHours(1);

  private final Cache<String, Credential> good =
      Caffeine.newBuilder()
          .maximumWeight(KEPT_LENGTH_MAX)
          .weigher((String header, Credential credential) -> header.length())
          .expireAfterWrite(KEPT)
          .build();

  /** What a call shows; {@link Credential#NONE} where that is nothing, or too long to be any. */
  Credential of(Context http) {
    String header = http.header(AUTHORIZATION);
    Credential known = header == null ? null : good.getIfPresent(header);
    return known == null ? read(header, http) : known;
  }

  /** Keeps what a call shows, which was good. */
  void passed(Context http, Credential credential) {
    String header = http.header(AUTHORIZATION);
    // A look first: it is there nearly always, and a look changes nothing.
    if (header != null && good.getIfPresent(header) == null) {
      good.put(header, credential);
    }
  }

  /** The same as {@link #of}, of a call that may be a stranger's. */
  static Credential read(Context http) {
    return read(http.header(AUTHORIZATION), http);
  }

  private static Credential read(@Nullable String header, Context http) {
    if (header == null) {
      return credential(http.header(API_KEY));
    }
    return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? credential(header.substring(BEARER.length()).trim())
        : Credential.NONE;
  }

  private static Credential credential(@Nullable String text) {
    return text == null || text.length() > Tokens.LENGTH_MAX
        ? Credential.NONE
        : new Credential(text);
  }
}
