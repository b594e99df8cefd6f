package io.akidb.cli;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which node, and who asks. */
public final class ServerOptions {
  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The node; AKIDB_SERVER or http://127.0.0.1:8080 unless given.")
  private @Nullable String server;

  @Option(names = "--api-key", paramLabel = "KEY", description = "AKIDB_API_KEY unless given.")
  private @Nullable String apiKey;

  @Option(
      names = "--tenant",
      paramLabel = "ID",
      description = "For whom an operator acts; AKIDB_TENANT unless given.")
  private @Nullable String tenant;

  @Option(names = "--json", description = "Prints the node's answer as it is.")
  private boolean json;

  RestClient client(Map<String, String> environment) {
    String url =
        server != null ? server : environment.getOrDefault("AKIDB_SERVER", "http://127.0.0.1:8080");
    URI uri;
    try {
      uri = URI.create(url.endsWith("/") ? url : url + "/");
    } catch (IllegalArgumentException e) {
      throw CliException.usage("--server is not a URL: " + url);
    }
    String scheme = uri.getScheme();
    if (scheme == null || !scheme.matches("https?") || uri.getHost() == null) {
      throw CliException.usage("--server is not a URL as http://127.0.0.1:8080: " + url);
    }
    return new RestClient(
        uri,
        apiKey != null ? apiKey : environment.get("AKIDB_API_KEY"),
        tenant != null ? tenant : environment.get("AKIDB_TENANT"));
  }

  boolean isJson() {
    return json;
  }
}
