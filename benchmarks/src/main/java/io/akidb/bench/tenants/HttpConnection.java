package io.akidb.bench.tenants;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One connection to a node, kept alive, by blocking calls of one thread. It knows of HTTP/1.1 what
 * a node's answers need and no more, so that what is measured is the node rather than a client's
 * threads and queues.
 */
final class HttpConnection implements AutoCloseable {
  private static final int TIMEOUT_MS = 120_000;
  private static final int LINE_MAX = 16 << 10;
  private static final int BODY_MAX = 64 << 20;

  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;

  /** An answer. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Reply(int status, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  HttpConnection(int port) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
    in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    out = socket.getOutputStream();
  }

  /** A whole request, to be sent as often as one likes. */
  static byte[] request(String method, String path, String credential, String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
            + credential
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + content.length
            + "\r\n\r\n";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(content);
    return bytes.toByteArray();
  }

  /** Sends a request and reads its answer to the end. */
  Reply send(byte[] request) throws IOException {
    out.write(request);
    out.flush();
    String start = line();
    String[] words = start.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.1")) {
      throw new IOException("not an answer: " + start);
    }
    int length = 0;
    boolean chunked = false;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String header = line.toLowerCase(Locale.ROOT);
      if (header.startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).trim());
      }
      chunked |= header.startsWith("transfer-encoding:") && header.endsWith("chunked");
    }
    return new Reply(Integer.parseInt(words[1]), chunked ? chunks() : exactly(length));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      int length = Integer.parseInt(line().trim(), 16);
      body.writeBytes(exactly(length));
      line();
      if (length == 0) {
        return body.toByteArray();
      }
      if (body.size() > BODY_MAX) {
        throw new IOException("an answer of more than " + BODY_MAX + " bytes");
      }
    }
  }

  private byte[] exactly(int length) throws IOException {
    if (length > BODY_MAX) {
      throw new IOException("an answer of " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the answer ended early");
    }
    return bytes;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || line.length() > LINE_MAX) {
        throw new EOFException("the answer ended early");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
