package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Signed tokens, ours and the identity provider's. Thread-safe.
 *
 * <p>The text of a token that was good is not taken apart again at its next call, which would cost
 * a good part of a search. Whether it still holds is asked anew each time.
 */
public final class Tokens {
  /** Longest token that is looked at, in characters. */
  public static final int LENGTH_MAX = 8192;

  // In characters: of usual tokens some ten thousand.
  private static final long REMEMBERED_LENGTH_MAX = 8L << 20;
  private static final Duration REMEMBERED_FOR = Duration.ofHours(1);

  /** Asks whether a token that was good still holds. */
  private interface Good {
    Optional<Principal> authenticate();
  }

  private static final Good NO_TOKEN = Optional::empty;

  private final Cache<String, Good> good =
      Caffeine.newBuilder()
          .maximumWeight(REMEMBERED_LENGTH_MAX)
          .weigher((String text, Good token) -> text.length())
          .expireAfterWrite(REMEMBERED_FOR)
          .build();
  private final AccessTokens own;
  private final @Nullable ExternalTokens external;

  /**
   * Believes our own tokens and the provider's.
   *
   * @param external null where no provider is configured
   */
  public Tokens(AccessTokens own, @Nullable ExternalTokens external) {
    this.own = own;
    this.external = external;
  }

  /** Whether a credential has the form of a signed token: three parts with dots between them. */
  public static boolean isToken(String credential) {
    int first = credential.indexOf('.');
    int second = first < 0 ? -1 : credential.indexOf('.', first + 1);
    return second > 0 && credential.indexOf('.', second + 1) < 0;
  }

  /**
   * Who sends this token, or empty if nobody may.
   *
   * @param text as it came in a request; may be hostile
   * @throws IdentityProviderUnavailableException if the provider's keys cannot be read
   */
  public Optional<Principal> authenticate(String text) {
    if (text.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    Good known = good.getIfPresent(text);
    if (known != null) {
      return known.authenticate();
    }
    Good token = read(text);
    Optional<Principal> principal = token.authenticate();
    // Only who has a good token can fill the memory.
    if (principal.isPresent()) {
      good.put(text, token);
    }
    return principal;
  }

  private Good read(String text) {
    try {
      SignedJWT token = SignedJWT.parse(text);
      String issuer = token.getJWTClaimsSet().getIssuer();
      // Who claims to have issued it only chooses who checks it; both check the issuer themselves.
      if (AccessTokens.ISSUER.equals(issuer)) {
        return own.verify(token).<Good>map(said -> () -> own.authenticate(said)).orElse(NO_TOKEN);
      }
      return external == null ? NO_TOKEN : () -> external.authenticate(token);
    } catch (ParseException e) {
      return NO_TOKEN;
    }
  }
}
