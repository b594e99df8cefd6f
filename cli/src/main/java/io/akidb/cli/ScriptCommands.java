package io.akidb.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Commands that the script {@code akidb} carries out itself, since they must work before anything
 * is built.
 */
final class ScriptCommands {
  private ScriptCommands() {}

  /** {@code akidb test}. */
  @Command(
      name = "test",
      description = "Starts the services that the tests need, and runs every test.")
  static final class Test implements Callable<Integer> {
    @Parameters(arity = "0..*")
    private @Nullable List<String> arguments;

    @Override
    public Integer call() {
      throw new CliException.Usage("'test' is a command of the script: ./akidb test");
    }
  }

  /** {@code akidb services}. */
  @Command(
      name = "services",
      description = "start, stop or status of MinIO, Spark and Flink for tests.")
  static final class Services implements Callable<Integer> {
    @Parameters(arity = "0..*")
    private @Nullable List<String> arguments;

    @Override
    public Integer call() {
      throw new CliException.Usage(
          "'services' is a command of the script: ./akidb services status");
    }
  }
}
