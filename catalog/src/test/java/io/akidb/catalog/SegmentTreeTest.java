package io.akidb.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.InMemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SegmentTreeTest {
  private Pages pages;

  @BeforeEach
  void setUp() {
    TestClock clock = new TestClock();
    pages =
        new Pages(
            new Bucket(new InMemoryStore(clock), Fixture.surroundings(clock, 1)),
            Fixture.KEYS,
            Fixture.PRODUCTS);
  }

  private static SegmentRef ref(long sequence) {
    return new SegmentRef(
        new StagedSegment(
            new UUID(7, sequence), (int) sequence % 9 + 1, 0, 100 + sequence, 3, 0, sequence),
        sequence);
  }

  private SegmentTree grown(int segments, Random random) {
    SegmentTree tree = SegmentTree.EMPTY;
    long sequence = 0;
    while (sequence < segments) {
      List<SegmentRef> added = new ArrayList<>();
      int count = random.nextInt(10) == 0 ? random.nextInt(400) : 1;
      for (int i = 0; i < count && sequence < segments; i++) {
        added.add(ref(sequence++));
      }
      tree = tree.append(added, pages);
    }
    return tree;
  }

  @Test
  void append_any_keepsOrderAndBounds() {
    for (long seed = 0; seed < 5; seed++) {
      SegmentTree tree = grown(10_000, new Random(seed));

      assertThat(tree.newest()).hasSizeLessThanOrEqualTo(SegmentTree.FANOUT);
      assertThat(tree.levels()).hasSize(2).allMatch(l -> l.size() <= SegmentTree.FANOUT);
      assertThat(tree.after(-1, pages))
          .as("seed %d", seed)
          .containsExactlyElementsOf(LongStream.range(0, 10_000).mapToObj(i -> ref(i)).toList());
    }
  }

  @Test
  void withoutAndTotals_anyWatermark_agreeWithTheList() {
    Random random = new Random(3);
    SegmentTree tree = grown(9_000, random);
    for (int trial = 0; trial < 40; trial++) {
      long watermark = random.nextInt(9_100) - 50L;
      SegmentTree rest = tree.without(watermark);
      List<SegmentRef> expected =
          LongStream.range(Math.max(0, watermark + 1), 9_000).mapToObj(i -> ref(i)).toList();

      assertThat(rest.after(watermark, pages)).isEqualTo(expected);
      assertThat(rest.totalsAfter(watermark, pages))
          .isEqualTo(
              expected.stream().map(Head.Totals::of).reduce(Head.Totals.NONE, Head.Totals::plus))
          .isEqualTo(tree.totalsAfter(watermark, pages));
    }
    assertThat(tree.without(8_999)).isEqualTo(SegmentTree.EMPTY);
  }

  @Test
  void append_afterWithout_goesOn() {
    SegmentTree tree = grown(5_000, new Random(4)).without(4_990);
    List<SegmentRef> more = LongStream.range(5_000, 5_100).mapToObj(i -> ref(i)).toList();

    assertThat(tree.append(more, pages).after(4_990, pages))
        .extracting(SegmentRef::sequence)
        .containsExactlyElementsOf(LongStream.range(4_991, 5_100).boxed().toList());
  }

  @Test
  void create_outOfOrder_isRefused() {
    assertThatThrownBy(() -> new SegmentTree(List.of(ref(2), ref(1)), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    PageRef page = new PageRef(new UUID(1, 1), 5, 9, Head.Totals.NONE, new ObjectCheck(1, 1));
    assertThatThrownBy(() -> new SegmentTree(List.of(ref(9)), List.of(List.of(page))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new PageRef(new UUID(1, 1), 5, 4, Head.Totals.NONE, new ObjectCheck(1, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void append_topLevelIsFull_isRefused() {
    List<List<PageRef>> levels = new ArrayList<>();
    long sequence = 0;
    List<List<PageRef>> reversed = new ArrayList<>();
    for (int level = 0; level < SegmentTree.LEVELS_MAX; level++) {
      List<PageRef> full = new ArrayList<>();
      for (int i = 0; i < SegmentTree.FANOUT; i++) {
        full.add(
            new PageRef(
                new UUID(level, i), sequence, sequence, Head.Totals.NONE, new ObjectCheck(1, 1)));
        sequence++;
      }
      reversed.add(0, full);
    }
    levels.addAll(reversed);
    SegmentTree full = new SegmentTree(List.of(), levels);
    List<SegmentRef> more =
        LongStream.range(sequence, sequence + 65).mapToObj(i -> ref(i)).toList();

    assertThatThrownBy(() -> full.append(more, pages)).isInstanceOf(IllegalStateException.class);
  }
}
