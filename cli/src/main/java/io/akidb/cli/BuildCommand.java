package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.AkidbCli.Surroundings;
import io.akidb.cli.Jobs.Ended;
import io.akidb.cli.process.Installation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code akidb build}. */
@Command(
    name = "build",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Builds a collection's index by a Spark job in a process of its own. A node that serves the"
            + " collection swaps it in by itself.",
    footer = {
      "%nExamples:",
      "  akidb build --collection products",
      "  akidb build --pending            every build that was asked for by REST and waits"
    })
final class BuildCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private BucketOptions bucket = new BucketOptions();

  @Option(names = "--tenant", paramLabel = "ID", description = "AKIDB_TENANT unless given.")
  private @Nullable String tenant;

  @Option(names = "--collection", paramLabel = "NAME", description = "Which.")
  private @Nullable String collection;

  @Option(
      names = "--pending",
      description = "Takes the builds that wait: of the collection, the tenant, or all.")
  private boolean pending;

  @Option(names = "--build-id", paramLabel = "UUID", description = "Takes this one.")
  private @Nullable String buildId;

  @Option(names = "--max-degree", paramLabel = "R", description = "Most neighbours of a node.")
  private @Nullable Integer maxDegree;

  @Option(names = "--build-list-size", paramLabel = "L", description = "Candidates of each node.")
  private @Nullable Integer buildListSize;

  @Option(names = "--alpha", paramLabel = "A", description = "1.0 to 2.0.")
  private @Nullable Double alpha;

  @Option(
      names = "--pq-subvectors",
      paramLabel = "M",
      description = "Codes of M bytes, of pq unless --quantization is opq.")
  private @Nullable Integer pqSubvectors;

  @Option(
      names = "--quantization",
      paramLabel = "CODES",
      description = "binary (the default), resident, pq, opq, sq8, sq4 or rabitq.")
  private @Nullable String quantization;

  @Option(
      names = "--vector-storage",
      paramLabel = "FORM",
      description = {
        "auto (the default: the smallest form that loses nothing), f32, f16 or int8.",
        "The last two round, and what is rounded stays so."
      })
  private @Nullable String vectorStorage;

  @Option(names = "--build-memory-gb", paramLabel = "GIB", description = "Of the shard builds.")
  private @Nullable Double buildMemoryGb;

  @Option(names = "--partition-rows-max", paramLabel = "N", description = "Most rows of a shard.")
  private @Nullable Integer partitionRowsMax;

  @Option(
      names = "--partition-overlap",
      paramLabel = "SHARE",
      description = "Most rows that stand in two shards, 0.0 to 1.0.")
  private @Nullable Double partitionOverlap;

  @Option(names = "--seed", paramLabel = "N", description = "Of everything random.")
  private @Nullable Long seed;

  @Option(
      names = "--incremental",
      description = {
        "Keeps the index's partitions where that pays, and merges what changed into its shards.",
        "What is not asked for is as in the index."
      })
  private boolean incremental;

  @Option(
      names = "--merge-changes-max",
      paramLabel = "SHARE",
      description = "A shard of which more rows come or go is built anew, 0.0 to 1.0; 0.3.")
  private @Nullable Double mergeChangesMax;

  @Option(
      names = "--merges-max",
      paramLabel = "N",
      description = "After so many merges in a row a shard is built anew; 50.")
  private @Nullable Integer mergesMax;

  @Option(
      names = "--keep-generations",
      paramLabel = "N",
      description = "The newest generations stay readable at any age; 10.")
  private @Nullable Integer keepGenerations;

  @Option(
      names = "--keep-hours",
      paramLabel = "N",
      description = "What was readable this long ago stays so; 24. Older garbage is collected.")
  private @Nullable Integer keepHours;

  @Option(names = "--heap", paramLabel = "SIZE", description = "Of the job, as 4g.")
  private @Nullable String heap;

  @Option(names = "--json", description = "Prints the figures as JSON.")
  private boolean json;

  BuildCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (collection == null && !pending) {
      throw CliException.usage("name the --collection, or take --pending");
    }
    Map<String, String> environment = surroundings.environment();
    Installation installation = Installation.of(environment);
    Ended ended =
        new Jobs(installation, surroundings.err(), environment)
            .build(heap, arguments(bucket.arguments(environment, installation)));
    for (JsonNode line : ended.lines()) {
      print(line);
    }
    if (ended.code() != 0) {
      surroundings.err().println("akidb: " + ended.failure("the build"));
    }
    return ended.code() == 0 ? 0 : ended.code() == 2 ? 2 : 1;
  }

  private void print(JsonNode line) {
    if (json) {
      surroundings.out().println(Json.line(line));
    } else if (line.path("outcome").asText().equals("published")) {
      surroundings
          .out()
          .println(
              line.path("collection").asText()
                  + ": "
                  + line.path("message").asText()
                  + (line.has("rows") ? "; " + counts(line) : ""));
    } else if (line.path("type").asText().equals("summary")) {
      surroundings
          .err()
          .println(
              "akidb: "
                  + line.path("collection").asText()
                  + ": "
                  + line.path("outcome").asText()
                  + ": "
                  + line.path("message").asText());
    } else {
      surroundings.out().println(line.path("builds").asInt() + " builds that waited");
    }
  }

  private static String counts(JsonNode line) {
    int shards = line.path("shards").asInt();
    int merged = line.path("shards_merged").asInt();
    int carried = line.path("shards_carried").asInt();
    String ways =
        merged + carried == 0
            ? ""
            : String.format(
                Locale.ROOT,
                " (%d merged, %d built, %d as they were)",
                merged,
                line.path("shards_built").asInt(),
                carried);
    String anew = line.path("anew_because").asText();
    return String.format(
        Locale.ROOT,
        "%,d rows, %d %s%s, %.1f s%s",
        line.path("rows").asLong(),
        shards,
        shards == 1 ? "shard" : "shards",
        ways,
        line.path("build_s").asDouble(),
        anew.isEmpty() ? "" : "; built anew: " + anew);
  }

  private List<String> arguments(List<String> bucketArguments) {
    List<String> arguments = new ArrayList<>(bucketArguments);
    String who = tenant != null ? tenant : surroundings.environment().get("AKIDB_TENANT");
    add(arguments, "--tenant", who == null && collection != null ? "default" : who);
    add(arguments, "--collection", collection);
    add(arguments, "--build-id", buildId);
    add(arguments, "--max-degree", maxDegree);
    add(arguments, "--build-list-size", buildListSize);
    add(arguments, "--alpha", alpha);
    add(arguments, "--pq-subvectors", pqSubvectors);
    add(arguments, "--quantization", quantization);
    add(arguments, "--vector-storage", vectorStorage);
    add(arguments, "--build-memory-gb", buildMemoryGb);
    add(arguments, "--partition-rows-max", partitionRowsMax);
    add(arguments, "--partition-overlap", partitionOverlap);
    add(arguments, "--seed", seed);
    add(arguments, "--merge-changes-max", mergeChangesMax);
    add(arguments, "--merges-max", mergesMax);
    add(arguments, "--keep-generations", keepGenerations);
    add(arguments, "--keep-hours", keepHours);
    if (incremental) {
      arguments.add("--incremental");
    }
    if (pending) {
      arguments.add("--pending");
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
