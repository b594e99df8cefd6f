package io.akidb.policies;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The identity provider's keys, by OpenID Connect Discovery 1.0: looked up at the first token, not
 * at the start, so that a node starts without it. A key that is not known makes the keys be read
 * again, but not too often ({@link ProviderKeys}). Thread-safe.
 *
 * <p>One thread looks, and a few wait for it; with a provider that hangs all others are told so at
 * once, so that it holds up nobody who does not need it.
 */
final class OidcKeys implements JWKSource<SecurityContext> {
  private static final String WELL_KNOWN = "/.well-known/openid-configuration";
  private static final int TIMEOUT_MS = 2_000;
  private static final int ANSWER_BYTES_MAX = 256 << 10;
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Most threads that wait; a look at keys that are known waits for nothing. */
  static final int WAITING_MAX = 16;

  private static final JsonMapper JSON = new JsonMapper();

  private final OidcConfig config;
  private final LongSupplier nanoTime;
  private final DefaultResourceRetriever retriever =
      new DefaultResourceRetriever(TIMEOUT_MS, TIMEOUT_MS, ANSWER_BYTES_MAX);
  private final Semaphore places =
      new Semaphore(Runtime.getRuntime().availableProcessors() + WAITING_MAX);
  private @Nullable JWKSource<SecurityContext> source;
  private @Nullable Exception failure;
  private long failedAt;

  OidcKeys(OidcConfig config, LongSupplier nanoTime) {
    this.config = config;
    this.nanoTime = nanoTime;
  }

  /**
   * The provider's keys that fit.
   *
   * @throws KeySourceException if they cannot be read
   * @throws IdentityProviderUnavailableException if it cannot be found out where they are, which is
   *     tried again after a pause; or if as many wait for the provider as may
   */
  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
      throws KeySourceException {
    if (!places.tryAcquire()) {
      throw new IdentityProviderUnavailableException("the identity provider does not answer", null);
    }
    try {
      return source().get(selector, context);
    } finally {
      places.release();
    }
  }

  private synchronized JWKSource<SecurityContext> source() {
    JWKSource<SecurityContext> known = source;
    if (known != null) {
      return known;
    }
    Exception last = failure;
    if (last != null && nanoTime.getAsLong() - failedAt < PAUSE_NANOS) {
      throw unavailable(last);
    }
    try {
      known = discover();
      source = known;
      return known;
    } catch (IOException | InvalidPolicyException e) {
      failure = e;
      failedAt = nanoTime.getAsLong();
      throw unavailable(e);
    }
  }

  private static IdentityProviderUnavailableException unavailable(Exception cause) {
    return new IdentityProviderUnavailableException(
        "the identity provider does not say where its keys are", cause);
  }

  private JWKSource<SecurityContext> discover() throws IOException {
    String issuer = config.issuer();
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    URL url = URI.create(base + WELL_KNOWN).toURL();
    JsonNode document = JSON.readTree(retriever.retrieveResource(url).getContent());
    if (!document.path("issuer").asText().equals(issuer)) {
      throw new IOException("the issuer in the provider's configuration is another");
    }
    URI keys = OidcConfig.requireSecure(document.path("jwks_uri").asText(), "jwks_uri");
    return new ProviderKeys(
        new URLBasedJWKSetSource<>(keys.toURL(), retriever), config.keysTrusted(), nanoTime);
  }
}
