package io.akidb.build;

import java.time.Clock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How far a build is. Thread-safe: the build moves it on, a reporter looks at it. */
final class JobProgress {
  /**
   * One look.
   *
   * @param phase where the build is
   * @param done rows of this phase
   * @param total rows of this phase, 0 if not known
   * @param fraction of the whole build, 0 to 1; never falls
   * @param rowsPerSecond of this phase so far
   * @param elapsedSeconds since the build began
   * @param estimateSeconds until the whole build ends, or null while nobody can tell
   */
  record Snapshot(
      Phase phase,
      long done,
      long total,
      double fraction,
      double rowsPerSecond,
      double elapsedSeconds,
      @Nullable Double estimateSeconds) {}

  private final Clock clock;
  private final long startedMillis;
  private Phase phase = Phase.PREPARE;
  private long phaseStartedMillis;
  private long total;
  private LongSupplier done = () -> 0;
  private double fractionMax;

  JobProgress(Clock clock) {
    this.clock = clock;
    this.startedMillis = clock.millis();
    this.phaseStartedMillis = startedMillis;
  }

  /**
   * Goes on to a phase.
   *
   * @param total rows of it, 0 if not known
   * @param done how many are done, whenever it is asked; may be too large by what was done twice
   */
  synchronized void begin(Phase phase, long total, LongSupplier done) {
    this.phase = phase;
    this.total = total;
    this.done = done;
    this.phaseStartedMillis = clock.millis();
  }

  synchronized Snapshot look() {
    long now = clock.millis();
    long counted = Math.max(0, done.getAsLong());
    long bounded = total > 0 ? Math.min(counted, total) : counted;
    double part = total > 0 ? (double) bounded / total : 0;
    fractionMax = Math.max(fractionMax, phase.overall(part));
    double elapsed = (now - startedMillis) / 1000.0;
    double inPhase = (now - phaseStartedMillis) / 1000.0;
    Double estimate =
        fractionMax > 0.02 && elapsed > 0 ? elapsed * (1 - fractionMax) / fractionMax : null;
    return new Snapshot(
        phase, bounded, total, fractionMax, inPhase > 0 ? bounded / inPhase : 0, elapsed, estimate);
  }
}
