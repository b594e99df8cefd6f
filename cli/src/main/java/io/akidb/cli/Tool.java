package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.AkidbCli.Surroundings;
import io.akidb.cli.process.Child;
import io.akidb.cli.process.Installation;
import io.akidb.cli.process.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs a command of the policies room as a child process, with the class path of that room: it
 * works on the bucket and the store's administration, of which this program knows nothing.
 */
record Tool(Surroundings surroundings) {
  /**
   * Runs it, and tells its errors.
   *
   * @param bucket where
   * @param onLine takes each JSON object that it prints
   * @return its exit code: 0, 1 or 2
   */
  int run(String command, BucketOptions bucket, List<String> more, Consumer<JsonNode> onLine) {
    Installation installation = Installation.of(surroundings.environment());
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(bucket.arguments(surroundings.environment(), installation));
    arguments.addAll(more);
    Path log =
        installation
            .state()
            .resolve("logs")
            .resolve(command + "-" + ProcessHandle.current().pid() + ".log");
    try (Child child =
        Child.start(
            installation.command(Program.POLICIES, null, arguments),
            surroundings.environment(),
            log,
            line -> onLine.accept(Json.parse(line, command)))) {
      int code = child.await();
      if (code != 0) {
        surroundings.err().println("akidb: " + child.lastLines());
      }
      return code == 0 ? 0 : code == 2 ? 2 : 1;
    }
  }
}
