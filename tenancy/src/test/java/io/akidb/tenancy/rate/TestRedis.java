package io.akidb.tenancy.rate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A Redis of the test's own, which it may kill. */
final class TestRedis implements AutoCloseable {
  private static final String VARIABLE = "AKIDB_TEST_REDIS_SERVER";
  private static final long START_SECONDS_MAX = 30;

  private final Path folder;
  private final int port;
  private final List<String> options;
  private @Nullable Process process;

  private TestRedis(Path folder, int port, List<String> options) {
    this.folder = folder;
    this.port = port;
    this.options = options;
  }

  /** Starts one, or skips the test when the environment names no binary. */
  static TestRedis start(Path folder, String... options) {
    Assumptions.assumeTrue(
        System.getenv(VARIABLE) != null,
        "skipped: no Redis. `./akidb test` brings one; or set " + VARIABLE + "=/path/redis-server");
    TestRedis redis = new TestRedis(folder, freePort(), List.of(options));
    redis.launch();
    return redis;
  }

  private static int freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI url(String userInfo) {
    return URI.create("redis://" + userInfo + "127.0.0.1:" + port + "/3");
  }

  /** Starts it again on the same port; it remembers nothing. */
  void launch() {
    List<String> command = new ArrayList<>(List.of(System.getenv(VARIABLE)));
    command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--appendonly", "no", "--dir", folder.toString()));
    command.addAll(options);
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("redis.log").toFile())
              .start();
      process = started;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
      while (!answers()) {
        if (!started.isAlive() || System.nanoTime() > deadline) {
          throw new IllegalStateException("Redis did not start, see " + folder);
        }
        started.waitFor(20, TimeUnit.MILLISECONDS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private boolean answers() {
    return ask("PING").startsWith("+PONG") || ask("PING").startsWith("-NOAUTH");
  }

  /** Sends one command; answers the first bytes of what comes back, empty if nobody is there. */
  String ask(String command) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      byte[] answer = new byte[4096];
      int length = socket.getInputStream().read(answer);
      return new String(answer, 0, Math.max(0, length), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().onExit().join();
    }
  }

  @Override
  public void close() {
    kill();
  }
}
