package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The built checkout, with a state folder of the test's own: modules are links. */
public final class TestHome {
  private TestHome() {}

  /** Makes it in an empty folder, and answers what a command finds in its environment. */
  public static Map<String, String> in(Path folder) throws IOException {
    String root = System.getenv("AKIDB_ROOT");
    assertThat(root).as("AKIDB_ROOT, the checkout, which the build sets").isNotNull();
    Path home = Files.createDirectories(folder.resolve("home"));
    for (String name : List.of("serving", "ingest-flink", "build-spark", "policies", "cli")) {
      Files.createSymbolicLink(home.resolve(name), Path.of(root).resolve(name));
    }
    return Map.of("AKIDB_HOME", home.toString());
  }
}
