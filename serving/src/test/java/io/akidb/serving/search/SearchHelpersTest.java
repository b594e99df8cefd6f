package io.akidb.serving.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whose threads search what, and until when. */
class SearchHelpersTest {
  private static final int SECONDS_MAX = 30;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(1));

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void parts_ofMoreGroupsThanThreadsTake_areEachFoundOnce() {
    SearchHelpers helpers = new SearchHelpers(threads, 7);
    for (int parts = 0; parts < 20; parts++) {
      assertThat(helpers.inGroups(parts, part -> List.of(part)))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, parts).boxed().toList());
    }
  }

  @Test
  void part_thatIsSearchedWhenAnotherFails_hasEndedWhenTheSearchHas() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger searched = new AtomicInteger();
    SearchHelpers helpers = new SearchHelpers(threads, 1);
    assertThatThrownBy(
            () ->
                helpers.inGroups(
                    1 << 30, // seconds of them, if they went on
                    part -> {
                      if (part == 0) {
                        await(begun);
                        throw new IllegalArgumentException("the first");
                      }
                      searched.incrementAndGet();
                      begun.countDown();
                      return List.of();
                    }))
        .hasMessage("the first");
    int atTheEnd = searched.get();
    threads.submit(() -> {}).get(SECONDS_MAX, TimeUnit.SECONDS);
    assertThat(searched).hasValue(atTheEnd);
    assertThat(atTheEnd).isBetween(1, (1 << 29) - 1);
  }

  @Test
  void part_thatFailsElsewhere_isTheSearchsFailure() {
    SearchHelpers helpers = new SearchHelpers(threads, 1);
    assertThatThrownBy(
            () ->
                helpers.inGroups(
                    2,
                    part -> {
                      if (part == 1) {
                        throw new IllegalArgumentException("the other");
                      }
                      return List.of(part);
                    }))
        .hasMessage("the other");
  }

  @Test
  void part_thatWaitsForAThreadWhenAnotherFails_isNeverSearched() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    AtomicBoolean searched = new AtomicBoolean();
    threads.execute(() -> await(over));
    SearchHelpers helpers = new SearchHelpers(threads, 1);
    assertThatThrownBy(
            () ->
                helpers.inGroups(
                    2,
                    part -> {
                      if (part == 0) {
                        throw new IllegalArgumentException("the first");
                      }
                      searched.set(true);
                      return List.of(part);
                    }))
        .hasMessage("the first");
    over.countDown();
    threads.shutdown();
    assertThat(threads.awaitTermination(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    assertThat(searched).isFalse();
  }
}
