package io.akidb.serving;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** An identity provider of a test's own: discovery and keys over real HTTP, tokens as wanted. */
final class TestIdp implements AutoCloseable {
  private final HttpServer server;
  private final RSAKey key = newKey();

  TestIdp() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(
        "/",
        exchange -> {
          boolean keys = exchange.getRequestURI().getPath().equals("/keys");
          String text =
              keys
                  ? new JWKSet(key).toString()
                  : "{\"issuer\": \"" + issuer() + "\", \"jwks_uri\": \"" + issuer() + "/keys\"}";
          byte[] body = text.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
  }

  static RSAKey newKey() {
    try {
      return new RSAKeyGenerator(2048).keyID("of-the-tests").generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The flags of a node that believes it. */
  String[] flags() {
    return new String[] {
      "--oidc-issuer",
      issuer(),
      "--oidc-audience",
      "akidb",
      "--oidc-roles",
      "admin=admin,editor=editor,viewer=viewer,ops=operator"
    };
  }

  String token(String tenant, String... roles) {
    return token(key, tenant, Instant.now().plusSeconds(60), roles);
  }

  String expired(String tenant, String... roles) {
    return token(key, tenant, Instant.now().minusSeconds(600), roles);
  }

  String forged(String tenant, String... roles) {
    return token(newKey(), tenant, Instant.now().plusSeconds(60), roles);
  }

  private String token(RSAKey signing, String tenant, Instant expires, String... roles) {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer())
            .audience("akidb")
            .subject("alice")
            .issueTime(Date.from(expires.minusSeconds(120)))
            .expirationTime(Date.from(expires))
            .claim("tenant_id", tenant)
            .claim("roles", List.of(roles))
            .build();
    try {
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
      token.sign(new RSASSASigner(signing));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
