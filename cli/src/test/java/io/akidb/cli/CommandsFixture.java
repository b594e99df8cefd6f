package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A real node that the tests of a class share, and the command line beside it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CommandsFixture {
  @TempDir static Path folder;
  Map<String, String> environment = Map.of();
  NodeProcess node;

  @BeforeAll
  void startANode() throws Exception {
    environment = TestHome.in(folder);
    node = NodeProcess.start(environment, folder, folder.resolve("bucket"));
  }

  @AfterAll
  void stopTheNode() {
    if (node != null) {
      node.close();
    }
  }

  /** As a user whose shell knows the node, the bucket and the key. */
  CliRun as(String key, String... arguments) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("AKIDB_SERVER", node.url());
    all.put("AKIDB_BUCKET", folder.resolve("bucket").toString());
    all.put("AKIDB_API_KEY", key);
    return CliRun.of(all, arguments);
  }

  CliRun operator(String... arguments) {
    return as(NodeProcess.OPERATOR_KEY, arguments);
  }

  static CliRun ok(CliRun run) {
    assertThat(run.code()).as("%s", run).isZero();
    return run;
  }

  static void failed(CliRun run, String... said) {
    assertThat(run.code()).as("%s", run).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(said).doesNotContain("\tat ");
  }
}
