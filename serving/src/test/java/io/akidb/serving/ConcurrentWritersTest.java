package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.catalog.WriterEpoch;
import io.akidb.tenancy.CollectionName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients by REST and a stream's writer commit into one collection at once, while it is built:
 * nothing is lost or doubled.
 */
class ConcurrentWritersTest {
  private static final int CLIENTS = 6;
  private static final int WRITES = 25;
  private static final int CHECKPOINTS = 20;

  @TempDir Path folder;

  @Test
  void restWritesAndAStream_atOnce_areAllThereOnce() throws Exception {
    try (TestNode node = TestNode.start(folder);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      node.post(
              "/collections",
              "{\"name\": \"c\", \"vector_dim\": 2, \"distance\": \"l2\", \"index_type\": \"flat\"}")
          .expect(201);
      VectorCollection stream = node.catalog().open(TestNode.context(), new CollectionName("c"));
      List<Future<?>> writers = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        int c = client;
        Callable<Void> writer =
            () -> {
              for (int i = 0; i < WRITES; i++) {
                String id = "r" + c + "-" + i;
                node.post(
                        "/collections/c/vectors",
                        "{\"vectors\": [{\"id\": \""
                            + id
                            + "\", \"vector\": ["
                            + c
                            + ", "
                            + i
                            + "]}, {\"id\": \"shared\", \"vector\": ["
                            + c
                            + ", "
                            + i
                            + "]}]}")
                    .expect(200);
                node.get("/collections/c/vectors/" + id).expect(200);
              }
              return null;
            };
        writers.add(threads.submit(writer));
      }
      writers.add(threads.submit(() -> stream(stream)));
      for (int i = 0; i < 3; i++) {
        new TestBuilds(node.store(), folder)
            .build(node.catalog().open(TestNode.context(), new CollectionName("c")), 2);
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      String token = stream.head().commitToken();
      JsonNode found =
          node.post(
                  "/collections/c/search",
                  "{\"vector\": [0, 0], \"k\": 5000, \"at_least\": \"" + token + "\"}")
              .expect(200)
              .json();
      List<String> ids = found.get("results").findValuesAsText("id");
      Set<String> expected = new HashSet<>(Set.of("shared"));
      for (int c = 0; c < CLIENTS; c++) {
        for (int i = 0; i < WRITES; i++) {
          expected.add("r" + c + "-" + i);
        }
      }
      for (int i = 0; i < CHECKPOINTS; i++) {
        expected.add("s" + i);
      }
      assertThat(ids).doesNotHaveDuplicates();
      assertThat(new HashSet<>(ids)).isEqualTo(expected);
      long commits = stream.head().generation();
      assertThat(commits)
          .as("writes shared commits")
          .isLessThan(CLIENTS * WRITES + CHECKPOINTS + 5);
    }
  }

  private Void stream(VectorCollection collection) {
    WriterEpoch epoch = collection.acquireWriter("stream");
    for (int i = 0; i < CHECKPOINTS; i++) {
      try (SegmentWriter writer = collection.newSegment(folder.resolve("stream-" + i))) {
        writer.add(VectorRecord.upsert("s" + i, i, new float[] {i, i}, null));
        writer.add(VectorRecord.upsert("r0-0", 1, new float[] {99, 99}, null));
        collection.append(List.of(writer.finish()), epoch, i);
      }
    }
    return null;
  }
}
