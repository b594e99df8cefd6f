package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TallyTest {
  private static final float[] VECTOR = {1};

  @Test
  void of_copiesAndOlderRecords_everyRowIsAccountedFor() {
    Candidate newest =
        Candidate.newest(
            Candidate.newest(
                Candidate.ofIndex(5, VECTOR, null), Candidate.ofIndex(5, VECTOR, null)),
            Candidate.newest(
                Candidate.ofSegment(6, 0, 0, VECTOR, null),
                Candidate.ofSegment(7, 1, 0, VECTOR, null)));

    Tally tally = Tally.of(newest, 0);

    assertThat(tally.rowsIn()).isEqualTo(4);
    assertThat(tally.segmentRows()).isEqualTo(2);
    assertThat(tally.indexRows()).isEqualTo(2);
    assertThat(tally.indexIds()).isEqualTo(1);
    assertThat(tally.overlapCopies()).isEqualTo(1);
    assertThat(tally.superseded()).isEqualTo(2);
    assertThat(tally.live()).isEqualTo(1);
    assertThat(tally.maxOrder()).isEqualTo(7);
  }

  @Test
  void of_tombstones_onlyYoungOnesAreRetained() {
    Tally old = Tally.of(Candidate.ofCarriedTombstone(100), 100);
    Tally young = Tally.of(Candidate.ofSegment(101, 0, 0, null, null), 100);

    Tally both = Tally.NOTHING.plus(old).plus(young);

    assertThat(both.tombstones()).isEqualTo(2);
    assertThat(both.retainedTombstones()).isEqualTo(1);
    assertThat(both.carriedTombstones()).isEqualTo(1);
    assertThat(both.live()).isZero();
    assertThat(both.rowsIn()).isEqualTo(both.tombstones() + both.superseded());
  }
}
