package io.akidb.policies;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A provider whose answers and keys a test decides: discovery and keys over real HTTP. */
final class TestProvider implements AutoCloseable {
  final AtomicInteger keyReads = new AtomicInteger();
  final AtomicInteger discoveries = new AtomicInteger();
  private final HttpServer server;
  private volatile List<RSAKey> published = List.of();
  private volatile @Nullable String keySet;
  private volatile @Nullable String discovery;
  private volatile String padding = "";
  private volatile @Nullable CountDownLatch hanging;

  TestProvider() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(
        "/",
        exchange -> {
          boolean keys = exchange.getRequestURI().getPath().equals("/keys");
          if (keys) {
            keyReads.incrementAndGet();
          } else {
            discoveries.incrementAndGet();
          }
          CountDownLatch end = hanging;
          if (end != null) {
            drip(exchange, end, keys);
            return;
          }
          String text = keys ? keys() : discovery();
          byte[] body = text.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
  }

  // A space now and then, which JSON may begin with, so that no reader's time is up.
  private void drip(HttpExchange exchange, CountDownLatch end, boolean keys) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      while (!end.await(50, TimeUnit.MILLISECONDS)) {
        out.write(' ');
        out.flush();
      }
      out.write((keys ? keys() : discovery()).getBytes(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String keys() {
    String known = keySet;
    return known != null ? known : new JWKSet(List.copyOf(published)).toString() + padding;
  }

  private String discovery() {
    String known = discovery;
    return known != null
        ? known
        : "{\"issuer\": \"" + issuer() + "\", \"jwks_uri\": \"" + issuer() + "/keys\"}";
  }

  String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void publish(RSAKey... keys) {
    published = List.of(keys);
  }

  /** Publishes a key set as somebody else wrote it. */
  void publishText(String jwks) {
    keySet = jwks;
  }

  void discover(@Nullable String text) {
    discovery = text;
  }

  void pad(int bytes) {
    padding = " ".repeat(bytes);
  }

  /** From now on answers are begun, and not ended before the latch is open. */
  void hang(CountDownLatch end) {
    hanging = end;
  }

  static RSAKey key(String id) {
    try {
      return new RSAKeyGenerator(2048).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static String sign(RSAKey key, JWTClaimsSet claims) {
    try {
      JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build();
      SignedJWT token = new SignedJWT(header, claims);
      token.sign(new RSASSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  void stop() {
    server.stop(0);
  }

  @Override
  public void close() {
    stop();
  }
}
