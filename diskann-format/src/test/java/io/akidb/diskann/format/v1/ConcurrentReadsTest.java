package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.AttributeIndex;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.TestProviders;
import io.akidb.diskann.VectorIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads ask one shard from its first moment on, and each gets what one alone would. */
class ConcurrentReadsTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = 200;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"flat", "diskann", "pq"})
  void shard_askedByManyThreads_answersAsAskedByOne(String type) throws Exception {
    Path file = folder.resolve("a.shard");
    ShardModel.random(3, 5, DistanceMetric.COSINE, 250).write(type, file);
    List<String> expected;
    try (VectorIndex index = TestProviders.of(type).open(file)) {
      expected = answers(index);
    }
    try (VectorIndex index = TestProviders.of(type).open(file);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      CountDownLatch start = new CountDownLatch(THREADS);
      List<Future<List<String>>> given = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        given.add(
            threads.submit(
                () -> {
                  start.countDown();
                  start.await();
                  return answers(index);
                }));
      }
      for (Future<List<String>> each : given) {
        assertThat(each.get()).isEqualTo(expected);
      }
    }
  }

  private static List<String> answers(VectorIndex index) {
    Random random = new Random(9);
    AttributeIndex attributes = index.attributes();
    SearchParameters parameters = new SearchParameters(4, 4, 4, 0, Float.NaN);
    List<String> answers = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      String text = ShardModel.pick(ShardModel.TEXTS, random);
      AttributeValue number = new AttributeValue.Int64(ShardModel.pick(ShardModel.LONGS, random));
      NodeFilter filter =
          switch (round % 4) {
            case 0 -> NodeFilter.of(attributes.prefix("tags", text));
            case 1 -> NodeFilter.of(attributes.range("price", number, true, null, true));
            case 2 -> NodeFilter.of(attributes.exists("sold"));
            default -> NodeFilter.of(attributes.equal("year", number));
          };
      for (int node : index.search(ShardModel.vector(random, 5), parameters, filter).nodeIds()) {
        answers.add(round + " " + index.vectorId(node) + " " + index.order(node));
      }
    }
    return answers;
  }
}
