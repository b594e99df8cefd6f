package io.akidb.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * Commands that the script {@code akidb} carries out itself, since they must work before anything
 * is built.
 */
final class ScriptCommands {
  private ScriptCommands() {}

  /** What all of them are: a word in the help, and a pointer to the script. */
  abstract static class OfTheScript implements Callable<Integer> {
    @Unmatched private List<String> arguments = new ArrayList<>();

    abstract String name();

    @Override
    public Integer call() {
      throw CliException.usage(
          "'"
              + name()
              + "' is a command of the script: ./akidb "
              + name()
              + " "
              + String.join(" ", arguments));
    }
  }

  /** {@code akidb serve}. */
  @Command(
      name = "serve",
      description = "Serves a bucket by REST; see 'akidb serve --help' for its settings.")
  static final class Serve extends OfTheScript {
    @Override
    String name() {
      return "serve";
    }
  }

  /** {@code akidb test}. */
  @Command(
      name = "test",
      description = "Starts the services that the tests need, and runs every test.")
  static final class Test extends OfTheScript {
    @Override
    String name() {
      return "test";
    }
  }

  /** {@code akidb bench}. */
  @Command(
      name = "bench",
      description = "Compares the index with other libraries; see 'akidb bench --help'.")
  static final class Bench extends OfTheScript {
    @Override
    String name() {
      return "bench";
    }
  }

  /** {@code akidb fuzz}. */
  @Command(
      name = "fuzz",
      description = "Feeds made-up bytes to what reads the index's files, by Jazzer.")
  static final class Fuzz extends OfTheScript {
    @Override
    String name() {
      return "fuzz";
    }
  }

  /** {@code akidb services}. */
  @Command(
      name = "services",
      description = "start, stop or status of MinIO, Redis, Spark and Flink for tests.")
  static final class Services extends OfTheScript {
    @Override
    String name() {
      return "services";
    }
  }
}
