package io.akidb.policies;

import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Signed tokens, ours and the identity provider's. Thread-safe. */
public final class Tokens {
  /** Longest token that is looked at, in characters. */
  public static final int LENGTH_MAX = 8192;

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
    SignedJWT token;
    String issuer;
    try {
      token = SignedJWT.parse(text);
      issuer = token.getJWTClaimsSet().getIssuer();
    } catch (ParseException e) {
      return Optional.empty();
    }
    // Who claims to have issued it only chooses who checks it; both check the issuer themselves.
    if (AccessTokens.ISSUER.equals(issuer)) {
      return own.authenticate(token);
    }
    return external == null ? Optional.empty() : external.authenticate(token);
  }
}
