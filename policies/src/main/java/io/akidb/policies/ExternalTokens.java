package io.akidb.policies;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantId;
import java.text.ParseException;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * JWTs of the users' identity provider (OpenID Connect). Only the configured algorithms are looked
 * at, all of them asymmetric; keys come from the provider's own address and never from the token.
 * Thread-safe.
 */
public final class ExternalTokens {
  private static final int SUBJECT_LENGTH_MAX = 255;
  private static final List<String> ID_TOKEN_ONLY = List.of("nonce", "at_hash", "c_hash");

  private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final Clock clock;

    Claims(OidcConfig config, Clock clock) {
      super(
          config.audience(),
          new JWTClaimsSet.Builder().issuer(config.issuer()).build(),
          Set.of("sub", "exp", "iat"));
      setMaxClockSkew((int) config.clockSkew().toSeconds());
      this.clock = clock;
    }

    @Override
    protected Date currentTime() {
      return Date.from(clock.instant());
    }
  }

  private final OidcConfig config;
  private final OidcKeys keys;
  private final Claims claims;
  private final VerifiedSignatures signatures;
  private final DefaultJOSEObjectTypeVerifier<SecurityContext> types;

  /**
   * Believes the provider of the configuration.
   *
   * @param nanoTime for pauses between look-ups that fail
   */
  public ExternalTokens(OidcConfig config, Clock clock, LongSupplier nanoTime) {
    this.config = config;
    this.keys = new OidcKeys(config, nanoTime);
    this.claims = new Claims(config, clock);
    String type = config.tokenType();
    this.types =
        type == null
            ? new DefaultJOSEObjectTypeVerifier<>(
                JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null)
            : new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType(type));
    this.signatures = new VerifiedSignatures(CurveVerifiers.fastest());
  }

  /**
   * Who sends this token, or empty if nobody may.
   *
   * @throws IdentityProviderUnavailableException if the provider's keys cannot be read
   */
  Optional<Principal> authenticate(SignedJWT token) {
    if (!config.jwsAlgorithms().contains(token.getHeader().getAlgorithm()) || !isForUs(token)) {
      return Optional.empty();
    }
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSTypeVerifier(types);
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(config.jwsAlgorithms(), keys));
    processor.setJWSVerifierFactory(signatures);
    processor.setJWTClaimsSetVerifier(claims);
    try {
      return principal(processor.process(token, null));
    } catch (KeySourceException e) {
      throw new IdentityProviderUnavailableException(
          "the identity provider's keys cannot be read", e);
    } catch (BadJOSEException | JOSEException e) {
      return Optional.empty();
    }
  }

  // Before its signature is verified, so that a stranger's text costs the provider nothing.
  private boolean isForUs(SignedJWT token) {
    try {
      claims.verify(token.getJWTClaimsSet(), null);
      return true;
    } catch (ParseException | BadJWTException e) {
      return false;
    }
  }

  private Optional<Principal> principal(JWTClaimsSet claims) {
    String subject = claims.getSubject();
    Date issued = claims.getIssueTime();
    if (!config.idTokens() && ID_TOKEN_ONLY.stream().anyMatch(claims.getClaims()::containsKey)) {
      return Optional.empty();
    }
    if (subject.isEmpty()
        || subject.length() > SUBJECT_LENGTH_MAX
        || subject.chars().anyMatch(Character::isISOControl)
        || issued == null) {
      return Optional.empty();
    }
    List<Grant> grants =
        names(claim(claims.getClaims(), config.rolesClaim())).stream()
            .map(config.roles()::get)
            .filter(role -> role != null)
            .distinct()
            .map(role -> new Grant(role, null, null, null))
            .limit(User.GRANTS_MAX)
            .toList();
    Grant operator = Grant.of(Role.OPERATOR);
    String id = "oidc:" + subject;
    if (grants.contains(operator)) {
      return Optional.of(new Principal(id, null, List.of(operator), null, null));
    }
    TenantId tenant = tenant(claims);
    return tenant == null
        ? Optional.empty()
        : Optional.of(new Principal(id, tenant, grants, null, null));
  }

  private @Nullable TenantId tenant(JWTClaimsSet claims) {
    if (config.tenant() != null) {
      return config.tenant();
    }
    try {
      return claim(claims.getClaims(), config.tenantClaim()) instanceof String text
          ? new TenantId(text)
          : null;
    } catch (InvalidNameException e) {
      return null;
    }
  }

  // A claim's own name may have dots, as in https://example.org/roles; else they go into objects.
  private static @Nullable Object claim(Map<?, ?> claims, String path) {
    Object whole = claims.get(path);
    int dot = path.indexOf('.');
    if (whole != null || dot < 0) {
      return whole;
    }
    return claims.get(path.substring(0, dot)) instanceof Map<?, ?> inner
        ? claim(inner, path.substring(dot + 1))
        : null;
  }

  private static List<String> names(@Nullable Object claim) {
    if (claim instanceof String text) {
      return List.of(text.split(" "));
    }
    return claim instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }
}
