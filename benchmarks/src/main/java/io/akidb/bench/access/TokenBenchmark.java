package io.akidb.bench.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.policies.AccessTokens;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.ExternalTokens;
import io.akidb.policies.OidcConfig;
import io.akidb.policies.Principal;
import io.akidb.policies.Tokens;
import io.akidb.policies.Users;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * JWTs: of an identity provider, which a server of this process plays, and our own. A forged one
 * costs what a good one does at its first call: its signature is computed.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TokenBenchmark {
  private static final int RSA_BITS = 2048;
  private static final Duration LIFETIME = Duration.ofHours(1);

  private static final String AUDIENCE = "akidb";

  /** What the provider signs with. */
  @Param({"RS256", "ES256"})
  public String algorithm = "RS256";

  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();
  private final InMemoryStore store = new InMemoryStore(clock);
  private final ApiKeys keys = new ApiKeys(store, new Users(store, clock), clock, random, null);
  private final AccessTokens ownTokens = new AccessTokens(store, keys, clock, random);

  private Tokens tokens = new Tokens(ownTokens, null);
  private Optional<HttpServer> provider = Optional.empty();
  private String provided = "";
  private String forged = "";
  private String own = "";

  /** Starts the provider and signs. */
  @Setup(Level.Trial)
  public void setUp() throws IOException, JOSEException {
    JWSAlgorithm signing = JWSAlgorithm.parse(algorithm);
    JWK key = key(signing, "current");
    HttpServer server = serve(new JWKSet(key));
    provider = Optional.of(server);
    String issuer = issuer(server);
    tokens = new Tokens(ownTokens, new ExternalTokens(config(issuer), clock, System::nanoTime));
    provided = token(issuer, signing, key);
    // By a key of the same id that is not the provider's.
    forged = token(issuer, signing, key(signing, "current"));
    own = issued();
  }

  private String issued() {
    String apiKey = keys.issueFor(TenantId.DEFAULT).plaintext();
    Principal owner = keys.authenticate(apiKey).orElseThrow();
    return ownTokens.issue(owner, LIFETIME).text();
  }

  private static JWK key(JWSAlgorithm signing, String id) throws JOSEException {
    return JWSAlgorithm.Family.RSA.contains(signing)
        ? new RSAKeyGenerator(RSA_BITS).keyID(id).generate()
        : new ECKeyGenerator(Curve.P_256).keyID(id).generate();
  }

  private String token(String issuer, JWSAlgorithm signing, JWK key) throws JOSEException {
    Instant now = clock.instant();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .audience(AUDIENCE)
            .subject("somebody")
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(LIFETIME)))
            .claim("roles", List.of("viewer"))
            .build();
    SignedJWT token =
        new SignedJWT(new JWSHeader.Builder(signing).keyID(key.getKeyID()).build(), claims);
    JWSSigner signer =
        key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key);
    token.sign(signer);
    return token.serialize();
  }

  private static HttpServer serve(JWKSet keys) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String issuer = issuer(server);
    String discovery = "{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + issuer + "/keys\"}";
    answer(server, "/.well-known/openid-configuration", discovery);
    answer(server, "/keys", keys.toString(true));
    server.start();
    return server;
  }

  private static void answer(HttpServer server, String path, String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
  }

  private static String issuer(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private OidcConfig config(String issuer) {
    return new OidcConfig(
        issuer,
        AUDIENCE,
        Set.of(algorithm),
        TenantId.DEFAULT,
        "tenant_id",
        "roles",
        Map.of("viewer", "viewer"),
        Duration.ofMinutes(1),
        Duration.ofHours(1));
  }

  /** Stops the provider. */
  @TearDown(Level.Trial)
  public void tearDown() {
    provider.ifPresent(server -> server.stop(0));
  }

  /** A provider's token that called before. */
  @Benchmark
  public Optional<Principal> provided() {
    return tokens.authenticate(provided);
  }

  /** A token that claims to be the provider's. */
  @Benchmark
  public Optional<Principal> forged() {
    return tokens.authenticate(forged);
  }

  /** A token of our own that called before: ES256, whatever the provider's. */
  @Benchmark
  public Optional<Principal> own() {
    return tokens.authenticate(own);
  }
}
