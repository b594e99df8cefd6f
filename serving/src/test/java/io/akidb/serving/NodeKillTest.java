package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kill -9 in the middle of writes: whatever was acknowledged is there after a restart. */
class NodeKillTest {
  private static final long SEED = 4711;
  private static final int ROUNDS = 2;
  private static final int CLIENTS = 4;

  @TempDir Path folder;

  private NodeProcess start(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--port", "0"));
    arguments.addAll(List.of("--cache-dir", folder.resolve("cache").toString()));
    arguments.addAll(List.of(more));
    return new NodeProcess(
        Map.of("AKIDB_BUCKET", folder.resolve("bucket").toString()),
        arguments,
        folder.resolve("log"));
  }

  @Test
  void kill_underWriteLoad_losesNoAcknowledgedWrite() throws Exception {
    Random random = new Random(SEED);
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    String key = "";
    for (int round = 0; round < ROUNDS; round++) {
      try (NodeProcess node = start();
          var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        if (round == 0) {
          assertThat(node.lines.getFirst()).startsWith("operator key, shown this once");
          key = node.lines.getFirst().substring(node.lines.getFirst().lastIndexOf(' ') + 1);
          assertThat(
                  node.send("POST", "/collections", "{\"name\": \"c\", \"vector_dim\": 2}", key)
                      .statusCode())
              .isEqualTo(201);
        } else {
          assertThat(node.lines)
              .as("the key is made once")
              .noneMatch(line -> line.startsWith("operator key"));
          check(node, key, acknowledged);
        }
        int before = acknowledged.size();
        int enough = before + 40 + random.nextInt(40);
        List<Future<?>> clients = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
          clients.add(threads.submit(writer(node, key, round + "-" + c + "-", acknowledged)));
        }
        TestNode.await("writes go on", () -> acknowledged.size() >= enough);
        node.kill();
        for (Future<?> client : clients) {
          client.get();
        }
        assertThat(acknowledged.size()).as("seed " + SEED).isGreaterThan(before);
      }
    }
    try (NodeProcess node = start()) {
      check(node, key, acknowledged);
      assertThat(node.terminate()).isEqualTo(143);
    }
  }

  @Test
  void kill_whileTheBuildCommandRuns_endsItToo() throws Exception {
    Path script = folder.resolve("build.sh");
    Path pids = folder.resolve("pids");
    // A script that waits for a program below it.
    Files.writeString(
        script,
        "#!/bin/sh\nsleep 600 &\necho $$ $! > %1$s.new && mv %1$s.new %1$s\nwait\n"
            .formatted(pids));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    List<Long> started;
    try (NodeProcess node = start("--build-command", script.toString())) {
      String first = node.lines.getFirst();
      String key = first.substring(first.lastIndexOf(' ') + 1);
      node.send("POST", "/collections", "{\"name\": \"c\", \"vector_dim\": 2}", key);
      assertThat(node.send("POST", "/collections/c/index", "{}", key).statusCode()).isEqualTo(202);
      TestNode.await("the command runs", () -> Files.exists(pids));
      started =
          Arrays.stream(Files.readString(pids).trim().split("\\s+")).map(Long::valueOf).toList();
      assertThat(started).hasSize(2).allMatch(NodeKillTest::isAlive);
      node.kill();
    }
    TestNode.await("all of it is gone", () -> started.stream().noneMatch(NodeKillTest::isAlive));
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static Runnable writer(NodeProcess node, String key, String prefix, Set<String> done) {
    return () -> {
      for (int i = 0; ; i++) {
        String id = prefix + i;
        String body = "{\"vectors\": [{\"id\": \"" + id + "\", \"vector\": [1, " + i + "]}]}";
        try {
          if (node.send("POST", "/collections/c/vectors", body, key).statusCode() == 200) {
            done.add(id);
          }
        } catch (IOException e) {
          return; // killed
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    };
  }

  private static void check(NodeProcess node, String key, Set<String> acknowledged)
      throws Exception {
    List<String> ids = new ArrayList<>(acknowledged);
    for (int from = 0; from < ids.size(); from += 500) {
      List<String> part = ids.subList(from, Math.min(ids.size(), from + 500));
      String body = "{\"ids\": [\"" + String.join("\",\"", part) + "\"]}";
      HttpResponse<String> found = node.send("POST", "/collections/c/vectors/fetch", body, key);
      assertThat(found.statusCode()).isEqualTo(200);
      assertThat(TestNode.JSON.readTree(found.body()).get("missing")).as("seed " + SEED).isEmpty();
    }
  }
}
