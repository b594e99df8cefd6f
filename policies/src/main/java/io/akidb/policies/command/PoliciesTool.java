package io.akidb.policies.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.InvalidRequestException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.objectstore.ObjectStores;
import io.akidb.policies.storage.PolicySyncUsageException;
import io.akidb.policies.storage.StoragePolicyException;
import io.akidb.policies.storage.SyncPolicies;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code sync-policies} as a process. Results go to standard output, a JSON object a line; what
 * went wrong goes to standard error. Exit codes: 0 done, 1 failed, 2 the arguments are wrong.
 */
public final class PoliciesTool {
  private static final Set<String> BUCKET = Set.of("--bucket", "--endpoint");

  private final Map<String, String> environment;
  private final Clock clock;
  private final SecureRandom random;
  private final Consumer<ObjectNode> out;

  private PoliciesTool(
      Map<String, String> environment, Clock clock, SecureRandom random, Consumer<ObjectNode> out) {
    this.environment = environment;
    this.clock = clock;
    this.random = random;
    this.out = out;
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String... arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(run(List.of(arguments), System.getenv(), Clock.systemUTC(), out, System.err));
  }

  static int run(
      List<String> arguments,
      Map<String, String> environment,
      Clock clock,
      PrintStream out,
      PrintStream err) {
    PoliciesTool tool =
        new PoliciesTool(environment, clock, new SecureRandom(), line -> out.println(line));
    try {
      tool.run(arguments);
      return 0;
    } catch (UsageException | PolicySyncUsageException | InvalidRequestException e) {
      err.println(e.getMessage());
      return 2;
    } catch (StoragePolicyException | ObjectStoreException e) {
      err.println(e.getMessage());
      return 1;
    }
  }

  private void run(List<String> arguments) {
    if (arguments.isEmpty()) {
      throw new UsageException("name a command: sync-policies");
    }
    List<String> rest = arguments.subList(1, arguments.size());
    switch (arguments.get(0)) {
      case "sync-policies" -> syncPolicies(rest);
      default -> throw new UsageException("there is no command '" + arguments.get(0) + "'");
    }
  }

  private void syncPolicies(List<String> arguments) {
    Options options =
        new Options(arguments, with("--credentials", "--rotate"), Set.of("--dry-run"));
    BucketConfig bucket = bucket(options);
    String credentials = options.get("--credentials");
    try (ObjectStore store = ObjectStores.open(bucket)) {
      new SyncPolicies(bucket, store, clock, random)
          .run(
              new SyncPolicies.Request(
                  options.has("--dry-run"),
                  credentials == null ? null : Path.of(credentials),
                  options.get("--rotate")),
              (action, name, identity) -> {},
              out);
    }
  }

  private BucketConfig bucket(Options options) {
    return BucketConfig.fromEnvironment(
        environment, options.get("--bucket"), options.get("--endpoint"));
  }

  private static Set<String> with(String... more) {
    Set<String> names = new HashSet<>(BUCKET);
    names.addAll(List.of(more));
    return names;
  }
}
