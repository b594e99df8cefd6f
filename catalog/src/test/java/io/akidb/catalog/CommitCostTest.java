package io.akidb.catalog;

import static io.akidb.catalog.Fixture.PRODUCTS;
import static io.akidb.catalog.Fixture.SCHEMA;
import static io.akidb.catalog.Fixture.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.InMemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What a commit and an opening cost as a collection grows to 10,000 segments and a billion rows.
 * Prints the curve; {@code docs/catalog-cost.md} shows it.
 */
class CommitCostTest {
  private static final int ROWS = 100_000;
  private static final int WINDOW = 64;

  private final TestClock clock = new TestClock();
  private final CountingStore counting = new CountingStore(new InMemoryStore(clock));
  private final Surroundings surroundings = Fixture.surroundings(clock, 9);
  private final Catalog catalog = new Catalog(counting.store, surroundings);
  private final VectorCollection collection = catalog.create(TENANT, PRODUCTS, SCHEMA);
  private final UUID collectionId = collection.head().collectionId();
  private final WriterEpoch writer = collection.acquireWriter("stream");

  private record Point(
      int segments,
      long rows,
      double commitRequests,
      double commitBytes,
      int openRequests,
      long openBytes,
      int tailRequests,
      int listRequests,
      int headBytesMax) {}

  @Test
  void costs_upToTenThousandSegments_stayFlat() {
    List<Point> curve = new ArrayList<>();
    int appended = 0;
    int headBytesMax = 0;
    for (int size : new int[] {100, 1_000, 10_000}) {
      for (; appended < size - WINDOW; appended++) {
        headBytesMax = Math.max(headBytesMax, append(appended));
      }
      counting.reset();
      for (; appended < size; appended++) {
        headBytesMax = Math.max(headBytesMax, append(appended));
      }
      curve.add(measure(size, headBytesMax));
    }

    print(curve);
    Point first = curve.get(0);
    Point last = curve.get(curve.size() - 1);
    assertThat(last.rows()).isEqualTo(1_000_000_000L);
    for (Point point : curve) {
      // The generation's object, the head, and one page in 64 commits (one more in 64 * 64).
      assertThat(point.commitRequests()).isBetween(2.0, 2.0 + 2.0 / WINDOW);
      assertThat(point.openRequests()).isEqualTo(1);
      assertThat(point.headBytesMax()).isLessThan(64 * 1024);
      assertThat(point.tailRequests()).isZero();
    }
    // What is linear without pages: 100 times the segments, and not even three times the bytes.
    assertThat(last.commitBytes()).isLessThan(3 * first.commitBytes());
    assertThat(last.listRequests()).isLessThan(10_000 / SegmentTree.FANOUT + 5);
  }

  /** Appends a segment of which only the reference exists; answers the size of the head. */
  private int append(int i) {
    StagedSegment segment =
        new StagedSegment(
            SegmentIds.segment(surroundings, collectionId),
            ROWS,
            0,
            ROWS * 400L,
            i,
            1_763_690_000_000_000L + i,
            1_763_690_000_000_000L + i);
    return collection.append(List.of(segment), writer, i).json().length;
  }

  private Point measure(int size, int headBytesMax) {
    double commitRequests = counting.total() / (double) WINDOW;
    double commitBytes = counting.bytesWritten / (double) WINDOW;
    counting.reset();
    VectorCollection opened = catalog.open(TENANT, PRODUCTS);
    int openRequests = counting.total();
    long openBytes = counting.bytesRead;
    Manifest head = opened.head();
    assertThat(head.freshSegmentCount()).isEqualTo(size);
    counting.reset();
    assertThat(opened.segmentsAfter(head, head.nextSequence() - 2)).hasSize(1);
    int tailRequests = counting.total();
    assertThat(opened.segments(head)).hasSize(size);
    return new Point(
        size,
        head.freshRows(),
        commitRequests,
        commitBytes,
        openRequests,
        openBytes,
        tailRequests,
        counting.total(),
        headBytesMax);
  }

  private static void print(List<Point> curve) {
    System.out.println(
        "segments          rows  commit: requests    bytes  open: requests   bytes  newest: requests"
            + "  all: requests  largest head");
    for (Point p : curve) {
      System.out.printf(
          Locale.ROOT,
          "%8d %13d %17.3f %8.0f %15d %7d %17d %14d %13d%n",
          p.segments(),
          p.rows(),
          p.commitRequests(),
          p.commitBytes(),
          p.openRequests(),
          p.openBytes(),
          p.tailRequests(),
          p.listRequests(),
          p.headBytesMax());
    }
  }
}
