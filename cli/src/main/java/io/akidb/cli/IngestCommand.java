package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.AkidbCli.Surroundings;
import io.akidb.cli.Jobs.Ended;
import io.akidb.cli.process.Installation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code akidb ingest}. */
@Command(
    name = "ingest",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Streams vectors into a collection by a Flink job in a process of its own, each exactly"
            + " once. The collection has to be there: akidb collection create.",
    footer = {
      "%nJSON lines hold {\"id\", \"vector\": [...], \"payload\": {...}} each, or {\"id\","
          + " \"op\": \"delete\"}; Avro and Parquet the same fields.",
      "Vector files (.npy .fvecs .bvecs idx3-ubyte, or gzipped) take ids and payloads from"
          + " STEM.jsonl[.gz] beside them, or from --sidecar.",
      "What cannot be taken goes to dead letters in the bucket, with its reason.",
      "%nExamples:",
      "  akidb ingest --collection products rows.jsonl more.parquet",
      "  akidb ingest --collection products --kafka localhost:9092 --topic products --bounded"
    })
final class IngestCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private BucketOptions bucket = new BucketOptions();

  @Option(names = "--tenant", paramLabel = "ID", description = "AKIDB_TENANT unless given.")
  private @Nullable String tenant;

  @Option(names = "--collection", required = true, paramLabel = "NAME", description = "Into which.")
  private String collection = "";

  @Parameters(paramLabel = "FILE", arity = "0..*", description = "Files, or folders of files.")
  private List<Path> files = List.of();

  @Option(names = "--kafka", paramLabel = "BROKERS", description = "Instead of files.")
  private @Nullable String kafka;

  @Option(names = "--topic", paramLabel = "NAME", description = "Of Kafka.")
  private @Nullable String topic;

  @Option(names = "--group", paramLabel = "NAME", description = "Of Kafka's consumers.")
  private @Nullable String group;

  @Option(names = "--bounded", description = "Ends at what the topic holds now.")
  private boolean bounded;

  @Option(names = "--sidecar", paramLabel = "FILE", description = "Ids and payloads of vectors.")
  private @Nullable Path sidecar;

  @Option(
      names = "--where",
      paramLabel = "FIELD=VALUE",
      description = "Only rows whose payload has it.")
  private List<String> where = List.of();

  @Option(names = "--limit", paramLabel = "ROWS", description = "Of each file.")
  private @Nullable Long limit;

  @Option(names = "--parallelism", paramLabel = "N", description = "Writers.")
  private @Nullable Integer parallelism;

  @Option(
      names = "--checkpoint-interval-ms",
      paramLabel = "MS",
      description = "Between two commits; 2000.")
  private @Nullable Long checkpointIntervalMs;

  @Option(
      names = "--checkpoint-dir",
      paramLabel = "DIR",
      description = "Keeps checkpoints there, and goes on from the newest after a crash.")
  private @Nullable Path checkpointDir;

  @Option(names = "--writer", paramLabel = "NAME", description = "Commits under this name.")
  private @Nullable String writer;

  @Option(names = "--heap", paramLabel = "SIZE", description = "Of the job, as 4g.")
  private @Nullable String heap;

  @Option(names = "--json", description = "Prints the figures as JSON.")
  private boolean json;

  IngestCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (files.isEmpty() == (kafka == null)) {
      throw CliException.usage("name either files or --kafka BROKERS");
    }
    Map<String, String> environment = surroundings.environment();
    Installation installation = Installation.of(environment);
    Ended ended =
        new Jobs(installation, surroundings.err(), environment)
            .ingest(heap, arguments(bucket.arguments(environment, installation)));
    if (ended.code() != 0 || ended.lines().isEmpty()) {
      surroundings.err().println("akidb: " + ended.failure("the ingest"));
      return ended.code() == 2 ? 2 : 1;
    }
    JsonNode done = ended.lines().getLast();
    print(done);
    if (done.path("dead_letters").asLong() > 0) {
      surroundings
          .err()
          .println(
              "akidb: what was not taken stands with its reason in the bucket, below akidb/tenants/"
                  + tenant()
                  + "/collections/"
                  + collection
                  + "/dead-letters/");
    }
    return 0;
  }

  private void print(JsonNode done) {
    surroundings
        .out()
        .println(
            json
                ? Json.line(done)
                : String.format(
                    Locale.ROOT,
                    "%,d rows committed, %,d dead letters%s, %.1f s, %,d rows a second",
                    done.path("rows_committed").asLong(),
                    done.path("dead_letters").asLong(),
                    overQuota(done.path("quota_exceeded").asLong()),
                    done.path("seconds").asDouble(),
                    done.path("rows_per_s").asLong()));
  }

  private static String overQuota(long rows) {
    return rows == 0
        ? ""
        : String.format(Locale.ROOT, " (%,d that the tenant's quotas had no room for)", rows);
  }

  private String tenant() {
    return tenant != null
        ? tenant
        : surroundings.environment().getOrDefault("AKIDB_TENANT", "default");
  }

  private List<String> arguments(List<String> bucketArguments) {
    List<String> arguments = new ArrayList<>(bucketArguments);
    arguments.addAll(List.of("--tenant", tenant(), "--collection", collection));
    add(arguments, "--kafka", kafka);
    add(arguments, "--topic", topic);
    add(arguments, "--group", group);
    add(arguments, "--sidecar", sidecar);
    add(arguments, "--limit", limit);
    add(arguments, "--parallelism", parallelism);
    add(arguments, "--checkpoint-interval-ms", checkpointIntervalMs);
    add(arguments, "--checkpoint-dir", checkpointDir);
    add(arguments, "--writer", writer);
    where.forEach(condition -> add(arguments, "--where", condition));
    files.forEach(file -> add(arguments, "--file", file));
    if (bounded) {
      arguments.add("--bounded");
    }
    return arguments;
  }

  private static void add(List<String> arguments, String name, @Nullable Object value) {
    if (value != null) {
      arguments.add(name);
      arguments.add(value.toString());
    }
  }
}
