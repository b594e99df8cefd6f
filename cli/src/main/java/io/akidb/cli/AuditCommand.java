package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.AkidbCli.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code akidb audit}. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "The audit log of a bucket; needs no node, but credentials that may read it.",
    footer = {
      "%nExamples:",
      "  akidb audit verify --checkpoint audit-heads.jsonl --root-key audit-public.pem",
      "  akidb audit export --from 2026-11-01T00:00:00Z --action tenants. > events.jsonl"
    })
final class AuditCommand {
  private final Surroundings surroundings;

  AuditCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Command(
      description =
          "Looks whether anything was removed, changed, reordered or made up. Exit code 1 if so.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int verify(
      @Mixin BucketOptions bucket,
      @Option(
              names = "--checkpoint",
              paramLabel = "FILE",
              description =
                  "How far the log had come at the last verification, kept outside of the bucket:"
                      + " compared, then written anew if all is sound.")
          @Nullable Path checkpoint,
      @Option(
              names = "--root-key",
              paramLabel = "FILE",
              description =
                  "Public keys in PEM form, of which one has to vouch for each chain; see"
                      + " AKIDB_AUDIT_KEY_FILE of the node.")
          @Nullable Path rootKey,
      @Option(names = "--json", description = "Prints findings and summary as JSON.")
          boolean json) {
    List<String> arguments = new ArrayList<>();
    if (checkpoint != null) {
      arguments.addAll(List.of("--checkpoint", checkpoint.toAbsolutePath().toString()));
    }
    if (rootKey != null) {
      arguments.addAll(List.of("--root-key", rootKey.toAbsolutePath().toString()));
    }
    return new Tool(surroundings).run("audit-verify", bucket, arguments, line -> print(line, json));
  }

  @Command(
      description = "Prints events as JSON lines.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int export(
      @Mixin BucketOptions bucket,
      @Option(
              names = "--tenant",
              paramLabel = "ID",
              description = "That tenant's log; the platform's, which has all, unless given.")
          @Nullable String tenant,
      @Option(names = "--from", paramLabel = "TIME", description = "Not before.")
          @Nullable String from,
      @Option(names = "--to", paramLabel = "TIME", description = "Before.") @Nullable String to,
      @Option(names = "--who", paramLabel = "PRINCIPAL", description = "Of this principal only.")
          @Nullable String who,
      @Option(
              names = "--action",
              paramLabel = "NAME",
              description = "Of this action only, or of all that begin with it, as 'tenants.'.")
          @Nullable String action,
      @Option(
              names = "--outcome",
              paramLabel = "NAME",
              description = "attempted, succeeded, unauthenticated, denied or failed.")
          @Nullable String outcome) {
    List<String> arguments = new ArrayList<>();
    add(arguments, "--tenant", tenant);
    add(arguments, "--from", from);
    add(arguments, "--to", to);
    add(arguments, "--who", who);
    add(arguments, "--action", action);
    add(arguments, "--outcome", outcome);
    return new Tool(surroundings)
        .run(
            "audit-export", bucket, arguments, line -> surroundings.out().println(Json.line(line)));
  }

  private static void add(List<String> arguments, String name, @Nullable String value) {
    if (value != null) {
      arguments.addAll(List.of(name, value));
    }
  }

  private void print(JsonNode line, boolean json) {
    if (json) {
      surroundings.out().println(Json.line(line));
    } else if (line.path("type").asText().equals("finding")) {
      surroundings
          .out()
          .println(
              line.path("kind").asText()
                  + ": "
                  + line.path("key").asText()
                  + ": "
                  + line.path("detail").asText());
    } else {
      surroundings
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s: %,d events in %,d batches of %,d chains, %,d copies of tenants'%s%s",
                  line.path("sound").asBoolean()
                      ? "sound"
                      : line.path("findings").asLong() + " findings",
                  line.path("events").asLong(),
                  line.path("batches").asLong(),
                  line.path("chains").asLong(),
                  line.path("copies").asLong(),
                  line.path("unconfirmed").asLong() == 0
                      ? ""
                      : ", " + line.path("unconfirmed").asLong() + " batches unconfirmed",
                  line.path("root_key").asBoolean()
                      ? ""
                      : "; no --root-key was given, so the chains' own keys were trusted"));
    }
  }
}
