package io.akidb.objectstore;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that a test makes fail: by a script it answers, forwards to a real service, or
 * drops a connection before or after the service did its work. One request a connection.
 */
final class FaultyServer implements AutoCloseable {
  /** A request as it came, with lower-case header names. */
  record Request(String method, String path, Map<String, String> headers, String raw) {}

  /** What to do with a request: what to send back, or null to close without a word. */
  interface Script {
    byte @Nullable [] answer(Request request) throws Exception;
  }

  private final ServerSocket server;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final @Nullable URI upstream;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile Script script;

  /**
   * Starts on a free port.
   *
   * @param upstream the real service; null if nothing is forwarded
   */
  FaultyServer(@Nullable URI upstream, Script script) throws IOException {
    this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    this.upstream = upstream;
    this.script = script;
    executor.execute(this::accept);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  void setScript(Script next) {
    script = next;
    requests.clear();
  }

  /** What came since the script was set. */
  List<Request> requests() {
    return requests;
  }

  long count(String method) {
    return requests.stream().filter(request -> request.method().equals(method)).count();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        executor.execute(() -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Request request = read(new BufferedInputStream(socket.getInputStream()));
      if (request == null) {
        return;
      }
      requests.add(request);
      byte[] answer = script.answer(request);
      if (answer != null) {
        OutputStream out = socket.getOutputStream();
        out.write(answer);
        out.flush();
      }
    } catch (SocketException | InterruptedException e) {
      // The client went away, or the server is closed.
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Request read(InputStream in) throws IOException {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    while (!raw.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      raw.write(next);
    }
    String[] lines = raw.toString(StandardCharsets.ISO_8859_1).split("\r\n", -1);
    Map<String, String> headers = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 0) {
        break;
      }
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    raw.write(in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0"))));
    String[] first = lines[0].split(" ", -1);
    return new Request(first[0], first[1], headers, raw.toString(StandardCharsets.ISO_8859_1));
  }

  /** The real service's whole answer. */
  byte[] forward(Request request) throws IOException {
    try (Socket socket = new Socket(upstream.getHost(), upstream.getPort())) {
      String raw = request.raw();
      int line = raw.indexOf("\r\n") + 2;
      String once =
          raw.substring(0, line)
              + "Connection: close\r\n"
              + raw.substring(line).replaceFirst("Connection: Keep-Alive\r\n", "");
      socket.getOutputStream().write(once.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return socket.getInputStream().readAllBytes();
    }
  }

  /** An answer with headers, each as "Name: value". */
  static byte[] answer(int status, String body, String... headers) {
    StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " Said\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    text.append("Content-Type: application/xml\r\nConnection: close\r\nContent-Length: ");
    text.append(body.length()).append("\r\n\r\n").append(body);
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] error(int status, String code) {
    return answer(status, "<Error><Code>" + code + "</Code><Message>m</Message></Error>");
  }

  @Override
  public void close() throws IOException {
    server.close();
    executor.shutdownNow();
  }
}
