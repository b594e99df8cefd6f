package io.akidb.serving.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.serving.filter.Filter;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/** What is kept of evaluated filters, and for how many bytes. */
class KnownMatchesTest {
  private static final int SECONDS_MAX = 30;

  private final KnownMatches matches = new KnownMatches(1 << 20);
  private final AtomicInteger evaluated = new AtomicInteger();

  private RoaringBitmap get(KnownMatches from, long shard, Filter filter, int... nodes) {
    return from.get(
        shard,
        filter,
        () -> {},
        () -> {
          evaluated.incrementAndGet();
          return RoaringBitmap.bitmapOf(nodes);
        });
  }

  @Test
  void filter_askedForAgain_isNotEvaluatedAgain_butForEachShard() {
    Filter filter = new Filter.Exists("a");
    assertThat(get(matches, 1, filter, 1, 2)).isEqualTo(RoaringBitmap.bitmapOf(1, 2));
    assertThat(get(matches, 1, new Filter.Exists("a"), 9)).isEqualTo(RoaringBitmap.bitmapOf(1, 2));
    assertThat(evaluated).hasValue(1);
    assertThat(get(matches, 2, filter, 3)).isEqualTo(RoaringBitmap.bitmapOf(3));
    assertThat(evaluated).hasValue(2);
  }

  @Test
  void longFilter_isNotKept() {
    Filter filter = new Filter.Prefix("a", "x".repeat(KnownMatches.FILTER_BYTES_MAX / 2));
    get(matches, 1, filter, 1);
    assertThat(get(matches, 1, filter, 2)).isEqualTo(RoaringBitmap.bitmapOf(2));
    assertThat(matches.size()).isZero();
  }

  @Test
  void filtersOfManyShards_takeNoMoreThanTheBoundTogether() {
    String text = "x".repeat(KnownMatches.FILTER_BYTES_MAX / 4);
    for (int shard = 0; shard < 1000; shard++) {
      get(matches, shard, new Filter.Prefix("a", text), 1);
    }
    assertThat(matches.size()).isBetween(1L, (1L << 20) / (KnownMatches.FILTER_BYTES_MAX / 2));
  }

  @Test
  void shardThatIsClosed_isForgotten() {
    Filter filter = new Filter.Exists("a");
    get(matches, 1, filter, 1);
    get(matches, 2, filter, 2);
    matches.forget(Set.of(1L));
    assertThat(matches.size()).isEqualTo(1);
    get(matches, 2, filter, 2);
    assertThat(evaluated).hasValue(2);
  }

  @Test
  void evaluationThatFails_failsForItsOwnSearchOnly() {
    Filter filter = new Filter.Exists("a");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(1);
    Executor threads = task -> Thread.ofPlatform().daemon().start(task);
    CompletableFuture<RoaringBitmap> first =
        CompletableFuture.supplyAsync(
            () ->
                matches.get(
                    1,
                    filter,
                    () -> {},
                    () -> {
                      begun.countDown();
                      await(waiting);
                      throw new IllegalArgumentException("too late");
                    }),
            threads);
    await(begun);
    CompletableFuture<RoaringBitmap> second =
        CompletableFuture.supplyAsync(
            () -> {
              waiting.countDown();
              return get(matches, 1, filter, 7);
            },
            threads);
    assertThat(second.orTimeout(SECONDS_MAX, TimeUnit.SECONDS).join())
        .isEqualTo(RoaringBitmap.bitmapOf(7));
    assertThatThrownBy(first::join).hasRootCauseMessage("too late");
    get(matches, 1, filter, 8);
    assertThat(evaluated).as("the second's is kept").hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
