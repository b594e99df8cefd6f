package io.akidb.ingest;

import io.akidb.catalog.CatalogException;
import io.akidb.catalog.CollectionNotFoundException;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.TooManyWritersException;
import io.akidb.objectstore.InvalidRequestException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.objectstore.ObjectStores;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenancyException;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantRegistry;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The door of the job: its command line and its topology. Exit codes: 0 done, 1 failed, 2 the
 * command line is wrong.
 */
@Command(
    name = "akidb-ingest",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Streams vectors from files or Kafka into a collection, each exactly once.")
public final class IngestJob implements Callable<Integer> {
  private final PrintStream out;
  private final Clock clock;
  private final StoreOpener opener;

  @Option(
      names = "--bucket",
      required = true,
      paramLabel = "DIR|s3://BUCKET[/PREFIX]",
      description = "Where everything lies.")
  private String bucket = "";

  @Option(names = "--endpoint", paramLabel = "URL", description = "Of the S3 service.")
  private @Nullable String endpoint;

  @Option(
      names = "--tenant",
      paramLabel = "ID",
      defaultValue = "default",
      description = "Whose collection.")
  private String tenant = "default";

  @Option(names = "--collection", required = true, paramLabel = "NAME", description = "Into which.")
  private String collection = "";

  @ArgGroup(multiplicity = "1")
  private From from = new From();

  private static final class From {
    @Option(
        names = "--file",
        arity = "1..*",
        paramLabel = "PATH",
        description = "Files, or directories of files: " + FileType.KNOWN + ".")
    private @Nullable List<Path> files;

    @Option(names = "--kafka", paramLabel = "BROKERS", description = "Of the topic.")
    private @Nullable String kafka;
  }

  @Option(
      names = "--sidecar",
      paramLabel = "FILE",
      description =
          "JSON lines with id and payload of each vector; STEM.jsonl[.gz] beside the file unless given.")
  private @Nullable Path sidecar;

  @Option(names = "--topic", paramLabel = "NAME", description = "Of Kafka.")
  private @Nullable String topic;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      defaultValue = "akidb",
      description = "Of Kafka's consumers.")
  private String group = "akidb";

  @Option(names = "--bounded", description = "Ends at what the topic holds now.")
  private boolean bounded;

  @Option(
      names = "--where",
      paramLabel = "FIELD=VALUE",
      description = "Only rows whose payload has it; several values of one field are alternatives.")
  private List<String> where = List.of();

  @Option(
      names = "--limit",
      paramLabel = "ROWS",
      description = "At most so many rows of each file.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--parallelism", paramLabel = "N", description = "Writers.")
  private int parallelism = 2;

  @Option(
      names = "--checkpoint-interval-ms",
      paramLabel = "MS",
      description = "Between two commits.")
  private long checkpointIntervalMs = 2_000;

  @Option(
      names = "--checkpoint-dir",
      paramLabel = "DIR",
      description =
          "Keeps checkpoints there; the newest one of this writer and collection is gone on from.")
  private @Nullable Path checkpointDir;

  @Option(names = "--segment-rows-max", paramLabel = "N", description = "Rows of one segment.")
  private int segmentRowsMax = 100_000;

  @Option(
      names = "--segment-bytes-max",
      paramLabel = "BYTES",
      description = "Bytes of one segment.")
  private long segmentBytesMax = 128L << 20;

  @Option(
      names = "--writer",
      paramLabel = "NAME",
      description = "Under which checkpoints are committed.")
  private @Nullable String writer;

  @Option(names = "--local", description = "Runs in this process rather than on a cluster.")
  private boolean local;

  @Option(
      names = "--flink",
      paramLabel = "KEY=VALUE",
      description = "A setting of Flink's own, over the job's; may be given again.")
  private Map<String, String> settings = Map.of();

  @Option(names = "--progress", description = "Prints a JSON line a second.")
  private boolean progress;

  IngestJob(PrintStream out, Clock clock) {
    this(out, clock, ObjectStores::open);
  }

  IngestJob(PrintStream out, Clock clock, StoreOpener opener) {
    this.out = out;
    this.clock = clock;
    this.opener = opener;
  }

  /** Runs the job and ends the process with its exit code, unless a cluster's client called it. */
  public static void main(String... arguments) {
    int code = run(System.out, System.err, arguments);
    if (code != 0) {
      System.exit(code);
    }
  }

  static int run(PrintStream out, PrintStream err, String... arguments) {
    return run(new IngestJob(out, Clock.systemUTC()), err, arguments);
  }

  static int run(IngestJob job, PrintStream err, String... arguments) {
    CommandLine line = new CommandLine(job);
    line.setErr(new java.io.PrintWriter(err, true, java.nio.charset.StandardCharsets.UTF_8));
    // A misspelt option behind --file is no file.
    line.setUnmatchedOptionsAllowedAsOptionParameters(false);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          String message = JobRun.rootMessage(e);
          err.println("akidb-ingest: " + message);
          return e instanceof IngestUsageException ? 2 : 1;
        });
    return line.execute(arguments);
  }

  @Override
  public Integer call() throws Exception {
    checkArguments();
    Target target = target();
    long baseOrder = Math.max(micros(clock.instant()), maxOrder(target) + 1);
    Configuration configuration =
        JobRun.configuration(
            checkpointIntervalMs,
            checkpointDir == null ? null : target.checkpoints(checkpointDir),
            local,
            parallelism);
    settings.forEach(configuration::setString);
    StreamExecutionEnvironment environment =
        local
            ? StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration)
            : StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    environment.setParallelism(parallelism);
    declare(environment, target, baseOrder);
    if (checkpointDir != null) {
      JobRun.dropOutdated(target.checkpoints(checkpointDir), configuration, settings.keySet());
    }
    return new JobRun(out, progress).await(environment, "ingest " + collection);
  }

  private Target target() {
    String name =
        writer == null
            ? "flink:" + (from.kafka == null ? "files" : "kafka." + topic) + ":" + collection
            : writer;
    return new Target(
        bucket, endpoint, tenant, collection, name, segmentRowsMax, segmentBytesMax, opener);
  }

  private void checkArguments() {
    requireName("--tenant", () -> new TenantId(tenant));
    requireName("--collection", () -> new CollectionName(collection));
    requireRange("--parallelism", parallelism, 1, 1_024);
    requireRange("--checkpoint-interval-ms", checkpointIntervalMs, 10, 86_400_000);
    requireRange("--segment-rows-max", segmentRowsMax, 1, SegmentWriter.ROWS_MAX);
    requireRange("--segment-bytes-max", segmentBytesMax, 1, 1L << 40);
    requireRange("--limit", limit, 1, Long.MAX_VALUE);
    if (from.kafka == null) {
      requireAbsent("--topic", topic != null, "--kafka");
      requireAbsent("--bounded", bounded, "--kafka; files end by themselves");
    } else {
      requireAbsent("--sidecar", sidecar != null, "--file");
      requireAbsent("--limit", limit != Long.MAX_VALUE, "--file");
      if (topic == null) {
        throw new IngestUsageException("--kafka needs --topic", null);
      }
    }
  }

  private static void requireName(String option, Runnable name) {
    try {
      name.run();
    } catch (TenancyException e) {
      throw new IngestUsageException(option + ": " + e.getMessage(), e);
    }
  }

  private static void requireRange(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IngestUsageException(
          option + " must be " + min + " to " + max + ", not " + value, null);
    }
  }

  private static void requireAbsent(String option, boolean isGiven, String other) {
    if (isGiven) {
      throw new IngestUsageException(option + " goes with " + other, null);
    }
  }

  /**
   * The greatest order in the collection: rows that bring none of their own are newer. A wrong name
   * is told here and now, not by a worker's retries.
   */
  private long maxOrder(Target target) {
    try (ObjectStore store = target.openStore()) {
      long newest = target.open(store).head().maxOrder();
      // Read at each checkpoint; that it cannot be is better told now.
      var unused = QuotaGate.quotas(new TenantRegistry(store, clock), target.context());
      return newest;
    } catch (CollectionNotFoundException e) {
      throw new IngestUsageException(
          e.getMessage() + " of tenant " + target.tenant() + " in " + target.bucket(), e);
    } catch (CatalogException | TenancyException | InvalidRequestException e) {
      throw new IngestUsageException(String.valueOf(e.getMessage()), e);
    } catch (ObjectStoreException e) {
      throw new IngestFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private static WriterStart start(Target target) {
    try {
      return WriterStart.take(target);
    } catch (TooManyWritersException | IllegalArgumentException e) {
      throw new IngestUsageException("--writer: " + e.getMessage(), e);
    }
  }

  private void declare(StreamExecutionEnvironment environment, Target target, long baseOrder) {
    DataStream<byte[]> items = items(environment, baseOrder);
    items
        .partitionCustom((key, partitions) -> Math.floorMod(key, partitions), ItemCodec::route)
        .transform("stage", TypeInformation.of(StagedCheckpoint.class), new StageOperator(target))
        .uid("stage")
        .global()
        .transform(
            "commit", TypeInformation.of(Void.class), new CommitOperator(target, start(target)))
        .uid("commit")
        .setParallelism(1)
        .setMaxParallelism(1);
  }

  private DataStream<byte[]> items(StreamExecutionEnvironment environment, long baseOrder) {
    FileReading reading = reading();
    TypeInformation<byte[]> bytes = PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    if (from.kafka != null) {
      if (local) {
        // Elsewhere the workers may reach brokers that their job's client does not.
        KafkaTopic.require(from.kafka, String.valueOf(topic));
      }
      return environment
          .fromSource(
              KafkaRecords.source(from.kafka, String.valueOf(topic), group, bounded, reading),
              WatermarkStrategy.noWatermarks(),
              "kafka " + topic,
              bytes)
          // A checkpoint of another topic, or of a job that ends elsewhere, must not be gone on
          // from.
          .uid("kafka " + topic + (bounded ? " bounded" : ""));
    }
    List<Path> files = from.files == null ? List.of() : from.files;
    List<FileSplit> splits = FileSplits.find(files, sidecar, baseOrder);
    return environment
        .fromSource(
            new FileRecordSource(splits, reading), WatermarkStrategy.noWatermarks(), "files", bytes)
        .uid("files")
        .setParallelism(Math.min(parallelism, splits.size()));
  }

  private FileReading reading() {
    String field = null;
    List<String> values = new ArrayList<>();
    for (String condition : where) {
      int equals = condition.indexOf('=');
      if (equals < 1) {
        throw new IngestUsageException("--where wants FIELD=VALUE, not " + condition, null);
      }
      String named = condition.substring(0, equals);
      if (field != null && !field.equals(named)) {
        throw new IngestUsageException(
            "--where takes values of one field, not of both " + field + " and " + named, null);
      }
      field = named;
      values.add(condition.substring(equals + 1));
    }
    return new FileReading(tenant, field, values, limit);
  }

  private static long micros(Instant time) {
    return TimeUnit.SECONDS.toMicros(time.getEpochSecond())
        + TimeUnit.NANOSECONDS.toMicros(time.getNano());
  }
}
