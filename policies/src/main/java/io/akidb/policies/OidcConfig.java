package io.akidb.policies;

import com.nimbusds.jose.JWSAlgorithm;
import io.akidb.tenancy.TenantId;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose tokens are believed, and what their claims mean here.
 *
 * @param issuer the identity provider, exactly as its tokens name it
 * @param audience that its tokens must be for
 * @param algorithms that may have signed them, as {@code RS256}; never none, never HMAC
 * @param tenant of everybody that it vouches for; null if a claim says it
 * @param tenantClaim with the tenant's id; a dot goes into an object
 * @param rolesClaim with a list of names, or names with spaces between them
 * @param roles what a name in that claim grants; names that are not here grant nothing
 * @param clockSkew how far clocks may differ; at most 5 minutes
 * @param keysTrusted how long its keys are believed without a look; at most a day
 * @param tokenType what the header's {@code typ} must say, as {@code at+jwt} (RFC 9068); null for
 *     that, {@code JWT} or nothing, since many providers put no more there
 * @param idTokens whether tokens count that are made to tell a client who signed in (OpenID Connect
 *     Core, 2 and 3.3.2.11), and not to be shown to a service
 */
public record OidcConfig(
    String issuer,
    String audience,
    Set<String> algorithms,
    @Nullable TenantId tenant,
    String tenantClaim,
    String rolesClaim,
    Map<String, String> roles,
    Duration clockSkew,
    Duration keysTrusted,
    @Nullable String tokenType,
    boolean idTokens) {
  private static final Duration SKEW_MAX = Duration.ofMinutes(5);
  private static final Duration KEYS_TRUSTED_MIN = Duration.ofSeconds(30);
  private static final Duration KEYS_TRUSTED_MAX = Duration.ofDays(1);

  /** Takes tokens of any usual type, but no ID tokens. */
  public OidcConfig(
      String issuer,
      String audience,
      Set<String> algorithms,
      @Nullable TenantId tenant,
      String tenantClaim,
      String rolesClaim,
      Map<String, String> roles,
      Duration clockSkew,
      Duration keysTrusted) {
    this(
        issuer,
        audience,
        algorithms,
        tenant,
        tenantClaim,
        rolesClaim,
        roles,
        clockSkew,
        keysTrusted,
        null,
        false);
  }

  /**
   * Checks the bounds.
   *
   * @throws InvalidPolicyException naming the setting
   */
  public OidcConfig {
    requireSecure(issuer, "oidc-issuer");
    if (issuer.equals(AccessTokens.ISSUER)) {
      throw new InvalidPolicyException("oidc-issuer", "is the name of the platform's own tokens");
    }
    if (audience.isEmpty()) {
      throw new InvalidPolicyException("oidc-audience", "is needed beside oidc-issuer");
    }
    for (String name : algorithms) {
      if (!JWSAlgorithm.Family.RSA.contains(new JWSAlgorithm(name))
          && !JWSAlgorithm.Family.EC.contains(new JWSAlgorithm(name))) {
        throw new InvalidPolicyException(
            "oidc-algorithms", "may be RS256 to RS512, PS256 to PS512, ES256 to ES512");
      }
    }
    if (algorithms.isEmpty()) {
      throw new InvalidPolicyException("oidc-algorithms", "must name at least one");
    }
    algorithms = Set.copyOf(algorithms);
    roles.values().forEach(role -> Role.requireName(role, "oidc-roles"));
    roles = Map.copyOf(roles);
    if (clockSkew.isNegative() || clockSkew.compareTo(SKEW_MAX) > 0) {
      throw new InvalidPolicyException("oidc-clock-skew-secs", "must be 0 to 300");
    }
    if (tokenType != null && !tokenType.matches("[A-Za-z0-9.+_-]{1,64}")) {
      throw new InvalidPolicyException("oidc-token-type", "must be a type as at+jwt");
    }
    if (keysTrusted.compareTo(KEYS_TRUSTED_MAX) > 0
        || keysTrusted.compareTo(KEYS_TRUSTED_MIN) < 0) {
      throw new InvalidPolicyException("oidc-keys-secs", "must be 30 to 86400");
    }
  }

  Set<JWSAlgorithm> jwsAlgorithms() {
    Set<JWSAlgorithm> parsed = new LinkedHashSet<>();
    algorithms.forEach(name -> parsed.add(JWSAlgorithm.parse(name)));
    return parsed;
  }

  /**
   * Reads {@code their-name=our-role, ...}.
   *
   * @throws InvalidPolicyException if it is not of that form
   */
  public static Map<String, String> parseRoles(String text) {
    Map<String, String> roles = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.lastIndexOf('=');
      if (equals <= 0) {
        throw new InvalidPolicyException("oidc-roles", "must be as their-name=our-role,...");
      }
      roles.put(pair.substring(0, equals).trim(), pair.substring(equals + 1).trim());
    }
    return roles;
  }

  /** Keys that come over an open network are nobody's. */
  static URI requireSecure(String text, String field) {
    try {
      URI uri = new URI(text);
      String host = uri.getHost();
      boolean here = "127.0.0.1".equals(host) || "localhost".equals(host) || "[::1]".equals(host);
      if (host != null
          && ("https".equals(uri.getScheme()) || (here && "http".equals(uri.getScheme())))) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // the same message
    }
    throw new InvalidPolicyException(
        field, "must be an https:// address; http:// is for this machine only");
  }
}
