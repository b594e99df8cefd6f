package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.cli.RestClient.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./akidb serve} as a person types it: the script becomes the node. */
class ServeIT {
  private static final long BOUND_SECS = 90;

  @TempDir Path folder;

  private Process serve() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getenv("AKIDB_ROOT"), "akidb").toString(),
            "serve",
            "--bucket",
            folder.resolve("bucket").toString(),
            "--cache-dir",
            folder.resolve("cache").toString(),
            "--port",
            "0");
    // What is built is what is tested.
    builder.environment().put("AKIDB_NO_BUILD", "yes");
    builder.redirectError(folder.resolve("node.log").toFile());
    return builder.start();
  }

  private record Told(String url, String operatorKey) {
    RestClient client(String key) {
      return new RestClient(URI.create(url + "/"), key, null);
    }
  }

  /** What it prints until it is ready. */
  private static Told awaitReady(Process node) {
    CompletableFuture<Told> told =
        CompletableFuture.supplyAsync(
            () -> {
              String key = "";
              try (BufferedReader lines = node.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  if (line.startsWith("operator key")) {
                    key = line.substring(line.lastIndexOf(' ') + 1);
                  }
                  if (line.startsWith("ready ")) {
                    return new Told(line.substring("ready ".length()), key);
                  }
                }
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
              throw new IllegalStateException("it ended before it was ready");
            });
    return told.orTimeout(BOUND_SECS, TimeUnit.SECONDS).join();
  }

  private static void awaitEnd(Process node) throws InterruptedException {
    assertThat(node.waitFor(BOUND_SECS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void serve_terminatedKilledAndStartedAgain_answersWithWhatItHad() throws Exception {
    Process node = serve();
    try {
      Told first = awaitReady(node);
      assertThat(first.operatorKey()).isNotEmpty();
      try (RestClient client = first.client(first.operatorKey())) {
        client.call("POST", "tenants", Json.object().put("name", "acme"));
      }
      node.destroy();
      awaitEnd(node);
      // What a JVM answers to SIGTERM, whatever its hooks did.
      assertThat(node.exitValue()).isEqualTo(143);

      node = serve();
      Told second = awaitReady(node);
      assertThat(second.operatorKey()).as("shown once only").isEmpty();
      try (RestClient client = second.client(first.operatorKey())) {
        client.call("POST", "tenants", Json.object().put("name", "bolt"));
      }
      node.destroyForcibly();
      awaitEnd(node);

      node = serve();
      Told third = awaitReady(node);
      try (RestClient client = third.client(first.operatorKey())) {
        Answer tenants = client.send("GET", "tenants", null);
        assertThat(tenants.status()).isEqualTo(200);
        assertThat(tenants.body()).contains("\"acme\"", "\"bolt\"");
      }
    } finally {
      node.destroyForcibly();
      awaitEnd(node);
    }
  }
}
