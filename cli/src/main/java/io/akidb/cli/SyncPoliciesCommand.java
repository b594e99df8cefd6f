package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.AkidbCli.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code akidb sync-policies}. */
@Command(
    name = "sync-policies",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Keeps a MinIO's policies and users in step with the tenants: for each tenant one for its"
            + " ingest, its build and for reading, and one for the nodes. Makes what is missing,"
            + " repairs what was changed, removes what no tenant has any more, and touches nothing"
            + " else. Takes an administrator's credentials in AKIDB_ACCESS_KEY and"
            + " AKIDB_SECRET_KEY.",
    footer = {
      "%nExamples:",
      "  akidb sync-policies --dry-run",
      "  akidb sync-policies --credentials ./credentials",
      "  akidb sync-policies --credentials ./credentials --rotate TENANT"
    })
final class SyncPoliciesCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private BucketOptions bucket = new BucketOptions();

  @Option(names = "--dry-run", description = "Only tells what it would change.")
  private boolean dryRun;

  @Option(
      names = "--credentials",
      paramLabel = "DIR",
      description =
          "Where new credentials go: TENANT/ingest.env, TENANT/build.env, TENANT/read.env and"
              + " node.env, readable by their owner only. The store never tells a secret again.")
  private @Nullable Path credentials;

  @Option(
      names = "--rotate",
      paramLabel = "TENANT|node|all",
      description = "Whose credentials are replaced by new ones; the old ones stop working.")
  private @Nullable String rotate;

  @Option(names = "--json", description = "Prints each change and the summary as JSON.")
  private boolean json;

  SyncPoliciesCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    List<String> arguments = new ArrayList<>();
    if (dryRun) {
      arguments.add("--dry-run");
    }
    if (credentials != null) {
      arguments.addAll(List.of("--credentials", credentials.toAbsolutePath().toString()));
    }
    if (rotate != null) {
      arguments.addAll(List.of("--rotate", rotate));
    }
    return new Tool(surroundings).run("sync-policies", bucket, arguments, this::print);
  }

  private void print(JsonNode line) {
    if (json) {
      surroundings.out().println(Json.line(line));
    } else if (line.path("type").asText().equals("step")) {
      surroundings
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%-15s %-60s %s",
                  line.path("action").asText(),
                  line.path("name").asText(),
                  line.path("identity").asText()));
    } else {
      line.path("disabled_accounts")
          .forEach(
              account ->
                  surroundings
                      .err()
                      .println("akidb: " + account.asText() + " is disabled in the store"));
      surroundings
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%,d changes%s; %,d policies and as many accounts for %,d tenants, %.1f s",
                  line.path("changes").asInt(),
                  line.path("dry_run").asBoolean() ? " to be made" : "",
                  line.path("policies").asInt(),
                  line.path("tenants").asInt(),
                  line.path("took_ms").asLong() / 1000.0));
    }
  }
}
