package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Calls a node's REST API. Thread-safe. */
public final class RestClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofMinutes(2);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final URI server;
  private final @Nullable String apiKey;
  private final @Nullable String tenant;

  /**
   * A client of one node.
   *
   * @param server as {@code http://127.0.0.1:8080}
   * @param apiKey sent with each call, or null
   * @param tenant whom an operator acts for, or null
   */
  public RestClient(URI server, @Nullable String apiKey, @Nullable String tenant) {
    this.server = server;
    this.apiKey = apiKey;
    this.tenant = tenant;
  }

  /**
   * An answer, whatever its status.
   *
   * @param status of HTTP
   * @param body text, empty for none
   * @param etag the entity tag of what was answered, if there is one
   */
  public record Answer(int status, String body, Optional<String> etag) {
    /** Whether it is a success. */
    public boolean isOk() {
      return status / 100 == 2;
    }

    /** The body as JSON. */
    public JsonNode json() {
      return Json.parse(body.isEmpty() ? "null" : body, "the node's answer");
    }
  }

  /**
   * Calls, and answers the body of a success.
   *
   * @throws CliException with the node's own words otherwise
   */
  public JsonNode call(String method, String path, @Nullable JsonNode body) {
    return require(send(method, path, body)).json();
  }

  /**
   * The same answer, if it is a success.
   *
   * @throws CliException with the node's own words otherwise
   */
  Answer require(Answer answer) {
    if (!answer.isOk()) {
      throw CliException.failed(problem(answer), null);
    }
    return answer;
  }

  /**
   * Calls.
   *
   * @throws CliException if the node cannot be reached
   */
  public Answer send(String method, String path, @Nullable JsonNode body) {
    return send(method, path, body, null);
  }

  /**
   * Calls.
   *
   * @param ifMatch the entity tag that must still hold, or null
   * @throws CliException if the node cannot be reached
   */
  Answer send(String method, String path, @Nullable JsonNode body, @Nullable String ifMatch) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve(path))
            .timeout(CALL_TIMEOUT)
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.line(body)));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    if (ifMatch != null) {
      request.header("If-Match", ifMatch);
    }
    if (apiKey != null) {
      request.header("Authorization", "Bearer " + apiKey);
    }
    if (tenant != null) {
      request.header("X-Tenant-ID", tenant);
    }
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      return new Answer(
          response.statusCode(), response.body(), response.headers().firstValue("ETag"));
    } catch (IOException e) {
      if (e instanceof HttpTimeoutException && !(e instanceof HttpConnectTimeoutException)) {
        throw CliException.failed(
            server + " did not answer in time; the call may have happened all the same", e);
      }
      throw CliException.failed(
          "no node answers at "
              + server
              + "; start one with 'akidb serve', or name another with --server",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted", e);
    }
  }

  private static String problem(Answer answer) {
    StringBuilder text = new StringBuilder("the node answered " + answer.status());
    JsonNode problem = problemOf(answer);
    if (problem.hasNonNull("detail")) {
      text.append(": ").append(problem.get("detail").asText());
    } else if (problem.hasNonNull("title")) {
      text.append(": ").append(problem.get("title").asText());
    }
    for (JsonNode error : problem.path("errors")) {
      String field = error.path("pointer").asText() + " " + error.path("detail").asText();
      // With one wrong field the node's sentence is about that field.
      if (text.indexOf(field) < 0) {
        text.append("; ").append(field);
      }
    }
    if (answer.status() == 401) {
      text.append(" (give a key by --api-key or AKIDB_API_KEY)");
    }
    return text.toString();
  }

  // What stands before a node answers in its own form.
  private static JsonNode problemOf(Answer answer) {
    try {
      return answer.json();
    } catch (CliException e) {
      return Json.object();
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
