package io.akidb.policies;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** A provider's keys, and tokens and a configuration that fit them. */
abstract class ExternalTokensFixture {
  static final RSAKey KEY = TestProvider.key("one");
  static final RSAKey OTHER = TestProvider.key("two");
  static final String AUDIENCE = "akidb-api";

  final TenantId acme = TenantId.random();
  final Clock clock = Clock.systemUTC();
  final AtomicLong nanos = new AtomicLong();

  static OidcConfig config(String issuer, TenantId tenant) {
    return new OidcConfig(
        issuer,
        AUDIENCE,
        Set.of("RS256", "ES256"),
        tenant,
        "tenant_id",
        "realm.roles",
        Map.of("writers", "editor", "readers", "viewer", "platform", "operator"),
        Duration.ofSeconds(60),
        Duration.ofMinutes(5));
  }

  static Tokens tokens(OidcConfig config, AtomicLong nanos) {
    Clock clock = Clock.systemUTC();
    ObjectStore store = new InMemoryStore(clock);
    ApiKeys keys = new ApiKeys(store, new Users(store, clock), clock, new SecureRandom(), null);
    return new Tokens(
        new AccessTokens(store, keys, clock, new SecureRandom()),
        new ExternalTokens(config, clock, nanos::get));
  }

  Tokens tokens(TestProvider provider) {
    return tokens(config(provider.issuer(), null), nanos);
  }

  JWTClaimsSet.Builder claims(TestProvider provider) {
    Instant now = clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(provider.issuer())
        .audience(AUDIENCE)
        .subject("alice")
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(60)))
        .claim("tenant_id", acme.value())
        .claim("realm", Map.of("roles", List.of("writers", "offline_access", "writers")));
  }
}
