package io.akidb.policies.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.InvalidRequestException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.objectstore.ObjectStores;
import io.akidb.policies.audit.AuditConfig;
import io.akidb.policies.audit.AuditEvent;
import io.akidb.policies.audit.AuditException;
import io.akidb.policies.audit.AuditLog;
import io.akidb.policies.audit.Outcome;
import io.akidb.policies.storage.PolicySyncUsageException;
import io.akidb.policies.storage.StoragePolicyException;
import io.akidb.policies.storage.SyncPolicies;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * {@code sync-policies}, {@code audit-verify} and {@code audit-export} as a process. Results go to
 * standard output, a JSON object a line; what went wrong goes to standard error. Exit codes: 0
 * done, 1 failed, 2 the arguments are wrong.
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
      return tool.run(arguments) ? 0 : 1;
    } catch (UsageException | PolicySyncUsageException | InvalidRequestException e) {
      err.println(e.getMessage());
      return 2;
    } catch (StoragePolicyException
        | AuditException
        | ToolFailedException
        | ObjectStoreException e) {
      err.println(e.getMessage());
      return 1;
    }
  }

  /** Whether all is well. */
  private boolean run(List<String> arguments) {
    if (arguments.isEmpty()) {
      throw new UsageException("name a command: sync-policies, audit-verify or audit-export");
    }
    List<String> rest = arguments.subList(1, arguments.size());
    switch (arguments.get(0)) {
      case "sync-policies" -> {
        syncPolicies(rest);
        return true;
      }
      case "audit-verify" -> {
        Options options = new Options(rest, with(AuditCommands.VERIFY), Set.of());
        try (ObjectStore store = ObjectStores.open(bucket(options))) {
          return new AuditCommands(store, out).verify(options);
        }
      }
      case "audit-export" -> {
        Options options = new Options(rest, with(AuditCommands.EXPORT), Set.of());
        try (ObjectStore store = ObjectStores.open(bucket(options))) {
          new AuditCommands(store, out).export(options);
          return true;
        }
      }
      default -> throw new UsageException("there is no command '" + arguments.get(0) + "'");
    }
  }

  private void syncPolicies(List<String> arguments) {
    Options options =
        new Options(arguments, with(Set.of("--credentials", "--rotate")), Set.of("--dry-run"));
    BucketConfig bucket = bucket(options);
    String credentials = options.get("--credentials");
    SyncPolicies.Request request =
        new SyncPolicies.Request(
            options.has("--dry-run"),
            credentials == null ? null : Path.of(credentials),
            options.get("--rotate"));
    String keyFile = environment.get("AKIDB_AUDIT_KEY_FILE");
    PrivateKey root =
        keyFile == null
            ? null
            : AuditLog.rootKey(AuditCommands.read(Path.of(keyFile), "AKIDB_AUDIT_KEY_FILE"));
    try (ObjectStore store = ObjectStores.open(bucket);
        AuditLog audit =
            new AuditLog(store, clock, random, "sync-policies", root, AuditConfig.USUAL)) {
      new SyncPolicies(bucket, store, clock, random)
          .run(
              request,
              new AuditedChanges(audit),
              line -> {
                if (line.path("type").asText().equals("summary") && !request.dryRun()) {
                  audit.record(
                      new AuditEvent(
                          "sync-policies",
                          "policies.sync",
                          "policies",
                          null,
                          "",
                          Outcome.SUCCEEDED,
                          "",
                          new TreeMap<>(Map.of("changes", line.path("changes").asText()))));
                }
                out.accept(line);
              });
    }
  }

  private BucketConfig bucket(Options options) {
    return BucketConfig.fromEnvironment(
        environment, options.get("--bucket"), options.get("--endpoint"));
  }

  private static Set<String> with(Set<String> more) {
    Set<String> names = new HashSet<>(BUCKET);
    names.addAll(more);
    return names;
  }
}
