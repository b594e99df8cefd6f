package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JobProgressTest {
  private final AtomicLong millis = new AtomicLong();
  private final Clock clock =
      ((InstantSource) () -> Instant.ofEpochMilli(millis.get())).withZone(ZoneOffset.UTC);

  @Test
  void look_halfOfAPhase_knowsSpeedAndEstimate() {
    JobProgress progress = new JobProgress(clock);
    AtomicLong done = new AtomicLong();
    millis.set(1000);
    progress.begin(Phase.BUILD, 1000, done::get);
    millis.set(6000);
    done.set(500);

    JobProgress.Snapshot look = progress.look();

    assertThat(look.rowsPerSecond()).isEqualTo(100);
    assertThat(look.fraction()).isEqualTo(Phase.BUILD.overall(0.5));
    assertThat(look.elapsedSeconds()).isEqualTo(6);
    assertThat(look.estimateSeconds()).isPositive();
  }

  @Test
  void look_countedTwice_staysWithinTotalAndNeverFalls() {
    JobProgress progress = new JobProgress(clock);
    progress.begin(Phase.BUILD, 100, () -> 150);
    double most = progress.look().fraction();
    progress.begin(Phase.READ, 100, () -> 0);

    assertThat(progress.look().fraction()).isEqualTo(most);
    assertThat(progress.look().done()).isZero();
  }

  @Test
  void look_atTheStart_hasNoEstimate() {
    assertThat(new JobProgress(clock).look().estimateSeconds()).isNull();
  }

  @Test
  void overall_phasesInOrder_growsToOne() {
    double before = 0;
    for (Phase phase : Phase.values()) {
      assertThat(phase.overall(0)).isCloseTo(before, org.assertj.core.data.Offset.offset(1e-9));
      before = phase.overall(1);
    }
    assertThat(before).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9));
  }
}
