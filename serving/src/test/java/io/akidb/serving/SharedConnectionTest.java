package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.InMemoryStore;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls of several callers over one connection, as a proxy makes them: what one of them showed is
 * of no use to the next, nor to the same one when it holds no more.
 */
class SharedConnectionTest {
  private static final int TIMEOUT_MS = 20_000;

  @TempDir Path folder;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);

  private record Said(int status, String body) {}

  /** A connection that stays open. */
  private static final class Connection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Connection(TestNode node) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), node.node().port());
      socket.setSoTimeout(TIMEOUT_MS);
      in = new BufferedInputStream(socket.getInputStream());
    }

    /** Lists collections, with this line among those of the head. */
    Said list(String line) throws IOException {
      String head = "GET /v1/collections HTTP/1.1\r\nHost: localhost\r\n" + line + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      int status = Integer.parseInt(line().split(" ", 3)[1]);
      int length = -1;
      for (String header = line(); !header.isEmpty(); header = line()) {
        if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          length = Integer.parseInt(header.substring(header.indexOf(':') + 1).trim());
        }
      }
      assertThat(length).as("of a body whose length is told").isNotNegative();
      return new Said(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    Said as(String credential) throws IOException {
      return list("Authorization: Bearer " + credential);
    }

    private String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        assertThat(next).as("the connection is still open").isNotNegative();
        line.write(next);
      }
      return line.toString(StandardCharsets.US_ASCII).trim();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private TestNode start() {
    return TestNode.start(
        folder,
        new InMemoryStore(clock),
        folder.resolve("cache"),
        clock,
        "--auth-failures-per-second",
        "0");
  }

  /** The key of a new tenant's administrator, which has one collection. */
  private static String tenant(TestNode operator, String name) {
    String key =
        operator
            .post("/tenants", "{\"name\": \"" + name + "\"}")
            .expect(201)
            .json()
            .path("api_key")
            .asText();
    String collection = "{\"name\": \"of-" + name + "\", \"vector_dim\": 2}";
    operator.as(key).post("/collections", collection).expect(201);
    return key;
  }

  private static String token(TestNode node, String key) {
    return node.as(key)
        .post("/auth/token", "{\"lifetime_secs\": 60}")
        .expect(200)
        .json()
        .path("access_token")
        .asText();
  }

  @Test
  void callersOfTwoTenants_eachSeeTheirOwn() throws IOException {
    try (TestNode node = start()) {
      String acme = tenant(node, "acme");
      String umbra = tenant(node, "umbra");
      String acmeToken = token(node, acme);
      String umbraToken = token(node, umbra);
      try (Connection proxy = new Connection(node)) {
        for (int round = 0; round < 3; round++) {
          for (String shown : new String[] {acmeToken, acme}) {
            assertThat(proxy.as(shown).body()).contains("of-acme").doesNotContain("of-umbra");
            assertThat(proxy.list("Accept: */*").status()).as("shows nothing").isEqualTo(401);
            assertThat(proxy.list("X-API-Key: " + umbraToken).body())
                .contains("of-umbra")
                .doesNotContain("of-acme");
          }
          for (String shown : new String[] {umbra, umbraToken}) {
            assertThat(proxy.as(shown).body()).contains("of-umbra").doesNotContain("of-acme");
            assertThat(proxy.as("").status()).isEqualTo(401);
            assertThat(proxy.list("Authorization: Basic " + shown).status()).isEqualTo(401);
          }
        }
      }
    }
  }

  @Test
  void credential_changedInOneCharacter_isRefusedAfterTheGoodOne() throws IOException {
    try (TestNode node = start()) {
      String key = tenant(node, "acme");
      String token = token(node, key);
      try (Connection connection = new Connection(node)) {
        // Of a token's last character some bits are of no meaning.
        for (String good : new String[] {key, token.substring(0, token.length() - 1)}) {
          String rest = good.equals(key) ? "" : token.substring(token.length() - 1);
          for (int i = 0; i < good.length(); i++) {
            assertThat(connection.as(good + rest).status()).isEqualTo(200);
            String bad = good.substring(0, i) + other(good.charAt(i)) + good.substring(i + 1);
            assertThat(connection.as(bad + rest).status()).as("%d of %s", i, good).isEqualTo(401);
          }
          assertThat(connection.as(good + rest + "A").status()).isEqualTo(401);
          assertThat(connection.as(good.substring(1) + rest).status()).isEqualTo(401);
        }
      }
    }
  }

  /** The same letter in the other case, which is the smallest change that there is. */
  private static char other(char character) {
    if (Character.isLowerCase(character)) {
      return Character.toUpperCase(character);
    }
    return Character.isUpperCase(character) ? Character.toLowerCase(character) : 'x';
  }

  @Test
  void token_ofARevokedKey_isRefusedOnItsConnection() throws IOException {
    try (TestNode node = start()) {
      String key = tenant(node, "acme");
      String made =
          node.as(key).post("/api-keys", "{\"role\": \"viewer\"}").expect(201).json().toString();
      String id = made.replaceFirst(".*\"api_key_id\":\"([0-9a-f]+)\".*", "$1");
      String viewer = made.replaceFirst(".*\"api_key\":\"([^\"]+)\".*", "$1");
      String token = token(node, viewer);
      try (Connection connection = new Connection(node)) {
        assertThat(connection.as(token).status()).isEqualTo(200);
        assertThat(connection.as(viewer).status()).isEqualTo(200);
        node.as(key).delete("/api-keys/" + id).expect(204);
        assertThat(connection.as(token).status()).isEqualTo(401);
        assertThat(connection.as(viewer).status()).isEqualTo(401);
        assertThat(connection.as(key).status()).as("of another").isEqualTo(200);
      }
    }
  }

  @Test
  void token_thatEnds_isRefusedOnItsConnection() throws IOException {
    try (TestNode node = start()) {
      String key = tenant(node, "acme");
      String token = token(node, key);
      try (Connection connection = new Connection(node)) {
        assertThat(connection.as(token).status()).isEqualTo(200);
        now.updateAndGet(instant -> instant.plus(Duration.ofSeconds(91)));
        assertThat(connection.as(token).status()).isEqualTo(401);
        assertThat(connection.as(token(node, key)).status()).isEqualTo(200);
      }
    }
  }
}
