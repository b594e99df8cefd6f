package io.akidb.cli.demo;

import io.akidb.cli.AkidbCli.Surroundings;
import io.akidb.cli.BucketOptions;
import io.akidb.cli.CliException;
import io.akidb.cli.Json;
import io.akidb.cli.process.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code akidb demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "The whole way of a vector on real embeddings: two tenants, streamed in by the Flink job,"
            + " built by the Spark job, served by a node that is killed and comes back.",
    footer = {
      "%nExamples:",
      "  akidb demo --once --json figures.json",
      "  akidb demo --bucket s3://demo --endpoint http://127.0.0.1:9000"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final String SHIPPED = "cli/demo-data/wordnet-minilm-20k";

  private final Surroundings surroundings;

  @Option(names = "--once", description = "Ends afterwards, rather than serving on.")
  private boolean once;

  @Option(names = "--json", paramLabel = "FILE", description = "Gets the figures.")
  private @Nullable Path json;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "base.f16.npy, base.jsonl.gz, query.f16.npy and query.jsonl, with id and part_of_speech;"
              + " 20,000 senses of WordNet ship with AkiDB.")
  private @Nullable Path data;

  @Option(names = "--rows", paramLabel = "N", description = "Only the first rows of the data.")
  private int rows = Integer.MAX_VALUE;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Of the node; a free one unless given.")
  private int port;

  @Mixin private BucketOptions bucket = new BucketOptions();

  /** For the command line. */
  public DemoCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (rows < 1) {
      throw CliException.usage("--rows must be at least 1");
    }
    if (json != null
        && (Files.isDirectory(json)
            || !Files.isDirectory(json.toAbsolutePath().resolveSibling("")))) {
      throw CliException.usage(
          "--json: cannot write " + json + "; name a file in a folder that is there");
    }
    Installation installation = Installation.of(surroundings.environment());
    DemoData read = DemoData.read(data == null ? installation.home().resolve(SHIPPED) : data, rows);
    DemoOutput output = new DemoOutput(surroundings.out());
    try (Demo demo =
        Demo.start(installation, bucketArguments(installation), port, read, output, surroundings)) {
      demo.run();
      write(output);
      if (once) {
        demo.sayHowToServe();
      } else {
        demo.serveOn();
      }
    }
    return 0;
  }

  /** Without a bucket of the user's, one that is made anew each time. */
  private List<String> bucketArguments(Installation installation) {
    String given = bucket.given(surroundings.environment());
    if (given != null) {
      return bucket.arguments(given, surroundings.environment());
    }
    Path own = installation.state().resolve("demo-bucket");
    delete(own);
    return bucket.arguments(own.toString(), surroundings.environment());
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException | UncheckedIOException e) {
      throw CliException.failed("cannot delete what an earlier demo left in " + folder, e);
    }
  }

  private void write(DemoOutput output) {
    if (json != null) {
      try {
        Files.writeString(json, Json.pretty(output.figures()) + "\n");
      } catch (IOException e) {
        throw CliException.failed("--json: cannot write " + json, e);
      }
    }
  }
}
