package io.akidb.serving.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.serving.TestNode;
import io.akidb.serving.TestNode.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node starts the build command as a process of its own. */
class BuildLauncherTest {
  @TempDir Path folder;

  private Path script(String body) throws IOException {
    Path script = folder.resolve("build.sh");
    Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  private TestNode node(String command) {
    TestNode node =
        TestNode.start(
            folder,
            "--build-command",
            command,
            "--build-log-dir",
            folder.resolve("logs").toString());
    node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
    return node;
  }

  @Test
  void request_startsTheCommandAndKeepsItsOutput() throws IOException {
    Path script = script("echo started $1\necho x >> " + folder.resolve("runs"));
    try (TestNode node = node(script + " now")) {
      node.post("/collections/c/index", "{}").expect(202);
      TestNode.await("it ran", () -> Files.exists(folder.resolve("runs")));
      TestNode.await("its output is kept", () -> log().contains("started now"));
      assertThat(node.get("/collections/c/index").json().get("state").asText())
          .isEqualTo("pending");
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("logs/build-0.log"));
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void command_thatFails_marksTheRequestAsFailed() throws IOException {
    try (TestNode node = node(script("exit 3").toString())) {
      node.post("/collections/c/index", "{}").expect(202);
      TestNode.await("it failed", () -> state(node).equals("failed"));
      Reply state = node.get("/collections/c/index");
      assertThat(state.json().get("error").asText()).contains("code 3").contains("build-0.log");
    }
  }

  @Test
  void command_thatCannotBeStarted_marksTheRequestAsFailed() {
    try (TestNode node = node("/no/such/command")) {
      node.post("/collections/c/index", "{}").expect(202);
      TestNode.await("it failed", () -> state(node).equals("failed"));
    }
  }

  private static String state(TestNode node) {
    return node.get("/collections/c/index").json().get("state").asText();
  }

  @Test
  void close_endsTheProcessAndItsChildren() throws IOException {
    Path pid = folder.resolve("pid");
    Path script =
        script("sleep 300 &\necho $! > " + pid + ".tmp && mv " + pid + ".tmp " + pid + "\nwait");
    try (TestNode node = node(script.toString())) {
      node.post("/collections/c/index", "{}").expect(202);
      TestNode.await("it runs", () -> Files.exists(pid));
    }
    long child = Long.parseLong(Files.readString(pid).strip());
    TestNode.await(
        "the child is gone", () -> ProcessHandle.of(child).map(p -> !p.isAlive()).orElse(true));
  }
}
