package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A local bucket between processes, and what is left of one when its writer is killed. */
class ProcessesTest {
  private static final int KILLS = 8;
  private static final int ROUNDS_MAX = 100;
  private static final int PROCESSES = 3;
  private static final int INCREMENTS = 60;

  @TempDir Path folder;

  private Process start(Path bucket, String action, int count) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            LocalWriterProcess.class.getName(),
            bucket.toString(),
            action,
            Integer.toString(count))
        .redirectError(folder.resolve("errors").toFile())
        .start();
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("errors"));
  }

  private static void go(Process process) throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  @Test
  void killedWriter_leavesOldObjectsOrNewOnes() throws Exception {
    long seed = 7;
    Random random = new Random(seed);
    for (int kill = 0; kill < KILLS; kill++) {
      Path bucket = folder.resolve("bucket" + kill);
      int after = random.nextInt(12);
      int said = killAfter(bucket, after, random.nextInt(3_000_000));
      String what = "seed %d, kill %d, after round %d".formatted(seed, kill, said);

      try (ObjectStore store = new LocalDirectoryStore(bucket, Clock.systemUTC())) {
        int replaced = round(store, "replaced", what);
        assertThat(replaced).as(what).isBetween(said, said + 1);
        List<String> keys = new ArrayList<>();
        for (ObjectMetadata object : store.list("", null, 1000).objects()) {
          keys.add(object.key());
        }
        List<String> expected = new ArrayList<>();
        int written = store.head("new/n" + (1000 + said + 1)).isPresent() ? said + 1 : said;
        for (int i = 1; i <= written; i++) {
          assertThat(round(store, "new/n" + (1000 + i), what)).isEqualTo(i);
          expected.add("new/n" + (1000 + i));
        }
        if (replaced > 0) {
          expected.add("replaced");
        }
        assertThat(keys).as(what).containsExactlyElementsOf(expected);
        // Whatever lock the dead one held is free.
        store.put("replaced", new byte[] {1});
      }
    }
  }

  /** Kills a writer a moment after it said a round; answers the last one that it said. */
  private int killAfter(Path bucket, int after, int spins) throws Exception {
    Process process = start(bucket, "write", ROUNDS_MAX);
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).as(errors()).isEqualTo("ready");
      go(process);
      int said = 0;
      while (said < after) {
        said = Integer.parseInt(out.readLine());
      }
      for (int spin = 0; spin < spins; spin++) {
        Thread.onSpinWait(); // so that the kill meets it at any point of a write
      }
      process.toHandle().destroyForcibly(); // unlike the process's own, leaves the pipe open
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      // What it had said before it was killed is still in the pipe; its last line may be torn.
      String line = out.readLine();
      while (line != null && line.equals(Integer.toString(said + 1))) {
        said++;
        line = out.readLine();
      }
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Which round wrote an object; 0 if there is none. */
  private static int round(ObjectStore store, String key, String what) {
    if (store.head(key).isEmpty()) {
      return 0;
    }
    byte[] content = store.get(key, 1 << 20).bytes();
    int round = content[0];
    assertThat(content).as(what).hasSize(300_000 + round * 1000).containsOnly(round);
    return round;
  }

  @Test
  void compareAndSwap_betweenProcesses_losesNoIncrement() throws Exception {
    Path bucket = folder.resolve("bucket");
    List<Process> processes = new ArrayList<>();
    try (ObjectStore store = new LocalDirectoryStore(bucket, Clock.systemUTC())) {
      store.put("counter", "0".getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < PROCESSES; i++) {
        processes.add(start(bucket, "increment", INCREMENTS));
      }
      for (Process process : processes) {
        assertThat(process.inputReader(StandardCharsets.UTF_8).readLine())
            .as(errors())
            .isEqualTo("ready");
      }
      for (Process process : processes) {
        go(process);
      }
      for (Process process : processes) {
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(errors()).isZero();
      }

      assertThat(new String(store.get("counter", 100).bytes(), StandardCharsets.UTF_8))
          .isEqualTo(Integer.toString(PROCESSES * INCREMENTS));
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }
}
