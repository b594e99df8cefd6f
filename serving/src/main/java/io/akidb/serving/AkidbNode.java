package io.akidb.serving;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.InvalidRequestException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.objectstore.ObjectStores;
import io.akidb.policies.PoliciesException;
import io.akidb.serving.config.InvalidSettingException;
import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import io.akidb.serving.tenant.Modes;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The node's process: {@code AkidbNode --bucket DIR --port 8080}. Ends with 143 after SIGTERM, as a
 * JVM does, 1 on failure, 2 on usage.
 */
public final class AkidbNode {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private AkidbNode() {}

  /** Starts a node and waits for its end. */
  public static void main(String[] arguments) {
    int code = run(List.of(arguments), System.getenv(), System.out, System.err);
    if (code != 0) {
      System.exit(code);
    }
  }

  @SuppressWarnings("SystemOut")
  static int run(
      List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
    if (arguments.contains("--help")) {
      help(out);
      return 0;
    }
    try {
      Settings settings = Settings.read(arguments, environment);
      ObjectStore store = ObjectStores.open(bucket(settings, environment));
      Node node;
      try {
        node = new Node(store, settings, Clock.systemUTC(), new SecureRandom());
      } catch (IOException | RuntimeException e) {
        store.close();
        throw e;
      }
      serve(node, store, settings, out);
      return 0;
    } catch (InvalidSettingException | InvalidRequestException e) {
      err.println("akidb: " + e.getMessage());
      return USAGE;
    } catch (IOException | ObjectStoreException | PoliciesException e) {
      err.println("akidb: " + e.getMessage());
      return FAILED;
    } catch (RuntimeException e) {
      // The server's own exceptions carry the reason, such as a port in use, in their causes.
      err.println("akidb: the node cannot start: " + deepest(e));
      return FAILED;
    }
  }

  private static String deepest(Throwable failure) {
    Throwable cause = failure;
    Throwable around = failure;
    while (cause.getCause() != null) {
      around = cause;
      cause = cause.getCause();
    }
    if (cause instanceof BindException) {
      // The one around it names the address.
      return around.getMessage() + ": " + cause.getMessage() + "; choose another by --port";
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static BucketConfig bucket(Settings settings, Map<String, String> environment) {
    Map<String, String> bucket = new HashMap<>(environment);
    for (Setting setting :
        List.of(
            Setting.BUCKET,
            Setting.ENDPOINT,
            Setting.REGION,
            Setting.ACCESS_KEY,
            Setting.SECRET_KEY)) {
      settings.text(setting).ifPresent(value -> bucket.put(setting.variable(), value));
    }
    return BucketConfig.fromEnvironment(bucket, null, null);
  }

  private static void serve(Node node, ObjectStore store, Settings settings, PrintStream out) {
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  node.close();
                  store.close();
                  stopped.countDown();
                },
                "stop"));
    node.issuedOperatorKey()
        .ifPresent(
            key ->
                out.println(
                    "operator key, shown this once (set AKIDB_ADMIN_API_KEY to choose it): "
                        + key));
    Modes.of(settings).remarks().forEach(out::println);
    String host = settings.text(Setting.HOST).orElse("127.0.0.1");
    if (!host.equals("127.0.0.1") && !host.equals("localhost") && !host.equals("::1")) {
      out.println(
          "listening on " + host + ": open to the network, without TLS; put a proxy in front");
    }
    out.println("ready http://" + host + ":" + node.port());
    out.flush();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void help(PrintStream out) {
    out.println(
        "Serves a bucket's tenants by REST. Each --flag is also a variable AKIDB_FLAG, and a");
    out.println("line flag=value in the file that --config names.");
    out.println();
    for (Setting setting : Setting.values()) {
      String name = setting.isSecret() ? setting.variable() : "--" + setting.flag();
      String otherwise = setting.defaultValue() == null ? "" : " [" + setting.defaultValue() + "]";
      out.printf("  %-24s %s%s%n", name, setting.help(), otherwise);
    }
  }
}
