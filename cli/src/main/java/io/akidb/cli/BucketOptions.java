package io.akidb.cli;

import io.akidb.cli.process.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where everything lies. */
public final class BucketOptions {
  @Option(
      names = "--bucket",
      paramLabel = "DIR|s3://BUCKET[/PREFIX]",
      description =
          "AKIDB_BUCKET unless given, else .akidb/bucket of the installation. Credentials of an"
              + " s3 bucket stand in AKIDB_ACCESS_KEY and AKIDB_SECRET_KEY.")
  private @Nullable String bucket;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "Of the S3 service, as http://127.0.0.1:9000; AKIDB_ENDPOINT unless given.")
  private @Nullable String endpoint;

  /** Whether the command line or the environment says where. */
  public boolean isGiven(Map<String, String> environment) {
    return bucket != null || environment.containsKey("AKIDB_BUCKET");
  }

  /**
   * The options that jobs take, for what is given here or in the environment. A folder has to be
   * there: jobs work on collections, and a new folder would have none.
   *
   * @throws CliException if it is not
   */
  public List<String> arguments(Map<String, String> environment, Installation installation) {
    String where =
        bucket != null
            ? bucket
            : environment.getOrDefault("AKIDB_BUCKET", installation.defaultBucket().toString());
    if (!where.isBlank() && !where.startsWith("s3://") && !Files.isDirectory(Path.of(where))) {
      throw CliException.usage(
          "--bucket: there is no folder " + where + "; 'akidb serve --bucket' makes one");
    }
    return arguments(where, environment);
  }

  /** The options that node and jobs take, for a bucket that is made if it is a folder. */
  public List<String> arguments(String where, Map<String, String> environment) {
    if (where.isBlank()) {
      throw CliException.usage("--bucket (or AKIDB_BUCKET) is empty; name a folder or s3://BUCKET");
    }
    boolean isLocal = !where.startsWith("s3://");
    if (isLocal) {
      try {
        Files.createDirectories(Path.of(where));
      } catch (IOException | IllegalArgumentException e) {
        throw CliException.usage("--bucket: cannot make the folder " + where);
      }
    }
    List<String> arguments =
        new ArrayList<>(
            List.of("--bucket", isLocal ? Path.of(where).toAbsolutePath().toString() : where));
    String url = endpoint != null ? endpoint : environment.get("AKIDB_ENDPOINT");
    if (url != null && !isLocal) {
      arguments.addAll(List.of("--endpoint", url));
    }
    return arguments;
  }

  /** What was given by {@code --bucket} or the environment, if it was. */
  public @Nullable String given(Map<String, String> environment) {
    return bucket != null ? bucket : environment.get("AKIDB_BUCKET");
  }
}
