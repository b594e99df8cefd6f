package io.akidb.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one local directory, one of them killed on the way. */
class ProcessesTest {
  private static final int APPENDS = 15;

  @TempDir Path bucket;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void tearDown() {
    processes.forEach(Process::destroyForcibly);
  }

  private BufferedReader start(String prefix) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                AppendingProcess.class.getName(),
                bucket.toString(),
                prefix,
                Integer.toString(APPENDS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    processes.add(process);
    return process.inputReader(StandardCharsets.UTF_8);
  }

  @Test
  void append_threeProcessesOneKilled_loseAndDoubleNothing() throws Exception {
    BucketConfig config =
        new BucketConfig(bucket.toString(), null, BucketConfig.DEFAULT_REGION, null, null);
    try (ObjectStore store = ObjectStores.open(config)) {
      VectorCollection collection =
          new Catalog(store, Clock.systemUTC())
              .create(Fixture.TENANT, Fixture.PRODUCTS, Fixture.SCHEMA);
      BufferedReader victim = start("victim-");
      List<BufferedReader> survivors = List.of(start("a-"), start("b-"));
      List<String> acknowledged = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        acknowledged.add(victim.readLine());
      }
      // By its handle, which leaves what it wrote readable.
      assertThat(processes.get(0).toHandle().destroyForcibly()).isTrue();
      victim.lines().forEach(acknowledged::add);
      for (BufferedReader survivor : survivors) {
        survivor.lines().forEach(acknowledged::add);
      }
      for (Process process : processes) {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }

      Manifest head = collection.head();
      List<String> ids = Fixture.ids(collection, head);
      assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(10 + 2 * APPENDS);
      assertThat(ids).doesNotHaveDuplicates().containsAll(acknowledged);
      // What the victim committed last may not have been printed.
      assertThat(ids).hasSizeLessThanOrEqualTo(acknowledged.size() + 1);
      assertThat(head.generation()).isEqualTo(ids.size() + 1L);
      for (long generation = 1; generation <= head.generation(); generation++) {
        assertThat(collection.segments(collection.at(generation))).hasSize((int) generation - 1);
      }
    }
  }
}
