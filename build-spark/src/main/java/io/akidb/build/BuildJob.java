package io.akidb.build;

import static java.util.Objects.requireNonNull;

import io.akidb.catalog.CatalogException;
import io.akidb.catalog.CollectionNotFoundException;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.InvalidIndexParametersException;
import io.akidb.catalog.Retention;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.InvalidRequestException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.tenancy.InvalidNameException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The door of the job: its command line, which is described in this package's documentation. Exit
 * codes: 0 done, 1 failed, 2 the command line is wrong.
 */
@Command(
    name = "akidb-build",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Builds a collection's index: reads its newest generation, partitions it, and commits the shards.")
public final class BuildJob implements Callable<Integer> {
  private static final int LEASE_SECONDS_MAX = 3600;

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  @Option(
      names = "--bucket",
      paramLabel = "DIR|s3://BUCKET[/PREFIX]",
      description = "Where everything lies; AKIDB_BUCKET unless given.")
  private @Nullable String bucket;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "Of the S3 service, as http://127.0.0.1:9000; AKIDB_ENDPOINT unless given.")
  private @Nullable String endpoint;

  @Option(
      names = "--tenant",
      paramLabel = "ID",
      description = "Whose collection; with --pending, all tenants' without it.")
  private @Nullable String tenant;

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "Which; with --pending, all of them without it.")
  private @Nullable String collection;

  @Option(
      names = "--build-id",
      paramLabel = "UUID",
      description =
          "Builds this request, with its parameters, and goes on where an earlier attempt ended.")
  private @Nullable UUID buildId;

  @Option(
      names = "--pending",
      description = "Builds every request that waits, or whose builder died.")
  private boolean pending;

  @Mixin private ParameterOptions parameters = new ParameterOptions();

  @Option(
      names = "--incremental",
      description = {
        "Keeps the current index's partitions where that pays, and merges what changed into its",
        "shards. What is not asked for is as in the current index."
      })
  private boolean incremental;

  @Option(
      names = "--merge-changes-max",
      paramLabel = "SHARE",
      defaultValue = "0.3",
      description = "A shard of which more rows come or go is built anew, 0.0 to 1.0; 0.3.")
  private double mergeChangesMax;

  @Option(
      names = "--merges-max",
      paramLabel = "N",
      defaultValue = "50",
      description = "After so many merges in a row a shard is built anew; 50.")
  private int mergesMax;

  @Option(
      names = "--owner",
      paramLabel = "NAME",
      description = "Who takes the lease, for people; the host and process unless given.")
  private @Nullable String owner;

  @Option(
      names = "--progress",
      description = "Writes one line of JSON a second to standard output.")
  private boolean progress;

  @Option(
      names = "--lease-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "After which a job without a sign of life is taken for dead; 60.")
  private int leaseSeconds;

  @Option(
      names = "--tombstone-retention-hours",
      paramLabel = "N",
      defaultValue = "168",
      description = "How long after the newest write a delete keeps older, late records out; 168.")
  private int tombstoneRetentionHours;

  @Option(
      names = "--keep-generations",
      paramLabel = "N",
      defaultValue = "10",
      description = "The newest generations, which garbage collection spares at any age; 10.")
  private int keepGenerations;

  @Option(
      names = "--keep-hours",
      paramLabel = "N",
      defaultValue = "24",
      description = "What was readable this long ago is spared by garbage collection; 24.")
  private int keepHours;

  BuildJob(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /** Runs the job and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(System.getenv(), System.out, System.err, arguments));
  }

  /** Runs the job and answers its exit code. */
  static int run(
      Map<String, String> environment, PrintStream out, PrintStream err, String... arguments) {
    return new CommandLine(new BuildJob(environment, out, err))
        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .execute(arguments);
  }

  @Override
  public Integer call() {
    JsonLines lines = new JsonLines(out);
    try {
      StoreAccess access =
          new StoreAccess(BucketConfig.fromEnvironment(environment, bucket, endpoint));
      checkOptions();
      MergeRule rule = new MergeRule(mergeChangesMax, mergesMax);
      MergeRule mergeRule = incremental ? rule : null;
      try (ObjectStore store = access.open();
          SparkRun spark = new SparkRun(new SparkConf())) {
        CollectionBuild.Tools tools =
            new CollectionBuild.Tools(
                spark,
                store,
                access,
                Clock.systemUTC(),
                Duration.ofHours(tombstoneRetentionHours),
                mergeRule);
        BuildRunner.Leasing leasing =
            new BuildRunner.Leasing(
                owner == null ? defaultOwner() : owner, Duration.ofSeconds(leaseSeconds));
        BuildRunner runner =
            new BuildRunner(
                tools,
                leasing,
                new Retention(keepGenerations, Duration.ofHours(keepHours)),
                lines,
                progress);
        return pending ? buildPending(tools, runner, lines) : buildOne(runner, lines);
      }
    } catch (CollectionNotFoundException e) {
      err.println("akidb-build: " + e.getMessage() + " of tenant " + tenant + " in " + bucket);
      return CommandLine.ExitCode.USAGE;
    } catch (BuildUsageException
        | InvalidNameException
        | InvalidIndexParametersException
        | InvalidRequestException e) {
      err.println("akidb-build: " + e.getMessage());
      return CommandLine.ExitCode.USAGE;
    } catch (BuildException | CatalogException | ObjectStoreException e) {
      err.println("akidb-build: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private void checkOptions() {
    if (pending && buildId != null) {
      throw new BuildUsageException("--pending and --build-id exclude each other");
    }
    if ((pending || buildId != null) && parameters.areGiven()) {
      throw new BuildUsageException(
          "a build that was requested is made with the request's parameters: leave --max-degree and the like away");
    }
    if (!pending && (tenant == null || collection == null)) {
      throw new BuildUsageException(
          "--tenant and --collection say what to build; or take --pending");
    }
    if (leaseSeconds < 1 || leaseSeconds > LEASE_SECONDS_MAX) {
      throw new BuildUsageException("--lease-seconds must be 1 to " + LEASE_SECONDS_MAX);
    }
    if (keepGenerations < 1 || keepHours < 1) {
      throw new BuildUsageException("--keep-generations and --keep-hours must be at least 1");
    }
    if (tombstoneRetentionHours < 0) {
      throw new BuildUsageException("--tombstone-retention-hours must not be negative");
    }
    if (tenant == null && collection != null) {
      throw new BuildUsageException("--collection needs --tenant");
    }
  }

  private int buildOne(BuildRunner runner, JsonLines lines) {
    CollectionAddress address =
        new CollectionAddress(requireNonNull(tenant), requireNonNull(collection));
    UUID build = buildId;
    if (build == null) {
      VectorCollection target = runner.open(address);
      build = target.builds().request(parameters.over(fallback(target))).buildId();
    }
    BuildSummary summary = runner.run(address, build, true);
    lines.line(summary.line());
    return summary.outcome() == BuildSummary.Outcome.TAKEN || !summary.isGood()
        ? CommandLine.ExitCode.SOFTWARE
        : CommandLine.ExitCode.OK;
  }

  private int buildPending(CollectionBuild.Tools tools, BuildRunner runner, JsonLines lines) {
    int built = 0;
    int failed = 0;
    for (PendingBuilds.Waiting waiting :
        new PendingBuilds(tools.store(), tools.clock()).find(tenant, collection)) {
      BuildSummary summary = runner.run(waiting.address(), waiting.buildId(), false);
      lines.line(summary.line());
      built++;
      failed += summary.isGood() ? 0 : 1;
    }
    lines.line(Map.of("type", "done", "builds", built, "failed", failed));
    return failed > 0 ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
  }

  /** What is taken for what the options leave out: with other parameters nothing can be merged. */
  private IndexParameters fallback(VectorCollection target) {
    if (!incremental) {
      return IndexParameters.defaults();
    }
    return target
        .index(target.head())
        .flatMap(index -> ParameterText.read(index.parameters()))
        .orElseGet(IndexParameters::defaults);
  }

  private static String defaultOwner() {
    return "build-spark-" + ProcessHandle.current().pid();
  }
}
