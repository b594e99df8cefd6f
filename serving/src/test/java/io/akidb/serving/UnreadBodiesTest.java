package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections of calls that are answered before their bodies were read. */
class UnreadBodiesTest extends RestFixture {
  private static final int TIMEOUT_MS = 20_000;

  /** A connection as a caller holds it, who sends a call's head and its body apart. */
  private final class Caller implements AutoCloseable {
    private final Socket socket;
    private final OutputStream out;
    private final BufferedReader in;

    Caller() throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), node.node().port());
      socket.setSoTimeout(TIMEOUT_MS);
      out = socket.getOutputStream();
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    void head(String start, String key, String... headers) throws IOException {
      String head =
          start
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Authorization: Bearer "
              + key
              + "\r\n"
              + String.join("\r\n", headers)
              + "\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }

    void body(int bytes) throws IOException {
      out.write("x".repeat(bytes).getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }

    /** The lines of the next answer's head; its body is passed over. */
    List<String> answer() throws IOException {
      List<String> head = new ArrayList<>();
      int length = 0;
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        head.add(line);
        if (line.startsWith("Content-Length: ")) {
          length = Integer.parseInt(line.substring("Content-Length: ".length()));
        }
      }
      for (int i = 0; i < length; i++) {
        assertThat(in.read()).isNotNegative();
      }
      return head;
    }

    void isAnsweredAgain() throws IOException {
      head("GET /health/live", "none");
      assertThat(answer()).first().asString().contains(" 200 ");
    }

    void isAtItsEnd() throws IOException {
      assertThat(in.read()).isNegative();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void littleThatIsLeft_isPassedOverAndTheConnectionServesOn() throws IOException {
    for (String start :
        List.of("POST /v1/nothing", "POST /v1/collections", "GET /v1/collections")) {
      try (Caller caller = new Caller()) {
        caller.head(start, "no-key", "Content-Length: 60000");
        caller.body(1);
        caller.body(59_999);
        assertThat(caller.answer())
            .as(start)
            .noneMatch(line -> line.startsWith("Connection:"))
            .first()
            .asString()
            .containsAnyOf(" 401 ", " 404 ");
        caller.isAnsweredAgain();
      }
    }
  }

  @Test
  void bodyThatIsALittleTooLarge_isPassedOverForWhoIsLetIn() throws IOException {
    try (Caller caller = new Caller()) {
      caller.head("POST /v1/collections/c/vectors", node.key(), "Content-Length: 1900000");
      caller.body(1_900_000);
      assertThat(caller.answer()).first().asString().contains(" 413 ");
      caller.isAnsweredAgain();

      caller.head("POST /v1/collections/c/vectors", node.key(), "Transfer-Encoding: chunked");
      caller.out.write("180000\r\n".getBytes(StandardCharsets.US_ASCII));
      caller.body(0x180000);
      caller.out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(caller.answer()).first().asString().contains(" 413 ");
      caller.isAnsweredAgain();
    }
  }

  @Test
  void muchThatIsLeft_isNotWaitedForAndTheAnswerEndsTheConnection() throws IOException {
    try (Caller known = new Caller();
        Caller stranger = new Caller()) {
      known.head("POST /v1/collections/c/vectors", node.key(), "Content-Length: 1000000000");
      assertThat(known.answer()).contains("Connection: close").first().asString().contains(" 413 ");
      known.isAtItsEnd();

      stranger.head("POST /v1/collections/c/vectors", "no-key", "Content-Length: 1000000");
      assertThat(stranger.answer())
          .contains("Connection: close")
          .first()
          .asString()
          .contains(" 401 ");
      stranger.isAtItsEnd();
    }
    // Whoever is asked for no key is a stranger, too.
    try (Caller anybody = new Caller()) {
      anybody.head("GET /health/live", node.key(), "Content-Length: 1000000");
      assertThat(anybody.answer())
          .contains("Connection: close")
          .first()
          .asString()
          .contains(" 200 ");
      anybody.isAtItsEnd();
    }
  }

  @Test
  void bodyThatIsOnlySentIfItIsWanted_isNotAskedForInVain() throws IOException {
    try (Caller caller = new Caller()) {
      caller.head("POST /v1/collections", "no-key", "Content-Length: 100", "Expect: 100-continue");
      assertThat(caller.answer())
          .contains("Connection: close")
          .first()
          .asString()
          .contains(" 401 ");
      caller.isAtItsEnd();
    }
    try (Caller caller = new Caller()) {
      caller.head(
          "POST /v1/collections/c/search",
          node.key(),
          "Content-Length: 18",
          "Expect: 100-continue");
      assertThat(caller.answer()).containsExactly("HTTP/1.1 100 Continue");
      caller.out.write("{\"vector\": [1, 0]}".getBytes(StandardCharsets.US_ASCII));
      assertThat(caller.answer())
          .noneMatch(line -> line.startsWith("Connection:"))
          .first()
          .asString()
          .contains(" 200 ");
      caller.isAnsweredAgain();
    }
  }
}
