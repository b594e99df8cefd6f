package io.akidb.cli;

import io.akidb.cli.demo.DemoCommand;
import java.io.PrintStream;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The root of the command line. Exit codes: 0 done, 1 failed, 2 the command line is wrong. */
@Command(
    name = "akidb",
    mixinStandardHelpOptions = true,
    version = "akidb 0.1.0",
    description = "Multi-tenant vector search whose only durable state is one bucket.",
    footerHeading = "%nThe way of a vector:%n",
    footer = {
      "  akidb demo --once                          all of it, on real embeddings that ship with AkiDB",
      "  akidb serve --bucket DIR --port 8080       a node; prints an operator's key at its first start",
      "  akidb tenant create acme                   a tenant and its first API key, shown once",
      "  akidb collection create products --dim 768 --distance cosine",
      "  akidb ingest --collection products FILE    streams vectors in",
      "  akidb build --collection products          builds the index",
      "  akidb search --collection products --vector-file q.npy --k 10",
      "",
      "Exit codes: 0 done, 1 failed, 2 the command line is wrong."
    },
    subcommands = {
      DemoCommand.class,
      ScriptCommands.Serve.class,
      TenantCommand.class,
      UserCommand.class,
      ServiceAccountCommand.class,
      RoleCommand.class,
      GrantCommand.class,
      KeyCommand.class,
      CollectionCommand.class,
      IngestCommand.class,
      BuildCommand.class,
      SearchCommand.class,
      SyncPoliciesCommand.class,
      AuditCommand.class,
      ScriptCommands.Test.class,
      ScriptCommands.Fuzz.class,
      ScriptCommands.Services.class,
      ScriptCommands.Bench.class,
      HelpCommand.class
    })
public final class AkidbCli {
  /** Examples are lines to copy: none of them is broken. */
  private static final int HELP_WIDTH = 100;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String... arguments) {
    System.exit(run(new Surroundings(System.out, System.err, System.getenv()), arguments));
  }

  static int run(Surroundings surroundings, String... arguments) {
    CommandLine line = new CommandLine(new AkidbCli(), new Factory(surroundings));
    line.setOut(Surroundings.writer(surroundings.out()));
    line.setErr(Surroundings.writer(surroundings.err()));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(HELP_WIDTH);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          if (!(e instanceof CliException)) {
            throw e;
          }
          surroundings.err().println("akidb: " + e.getMessage());
          return e instanceof CliException.Usage ? 2 : 1;
        });
    return line.execute(arguments);
  }

  /** Hands the surroundings to every command that asks for them. */
  private record Factory(Surroundings surroundings) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      try {
        return type.getDeclaredConstructor(Surroundings.class).newInstance(surroundings);
      } catch (NoSuchMethodException e) {
        return CommandLine.defaultFactory().create(type);
      }
    }
  }

  /**
   * Where a command runs.
   *
   * @param out for results
   * @param err for messages and progress
   * @param environment variables
   */
  public record Surroundings(PrintStream out, PrintStream err, Map<String, String> environment) {
    static java.io.PrintWriter writer(PrintStream stream) {
      return new java.io.PrintWriter(stream, true, java.nio.charset.StandardCharsets.UTF_8);
    }
  }
}
