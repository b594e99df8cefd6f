package io.akidb.diskann;

import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells at each update of a build how fast its phase goes and when that will be done. Called as
 * {@link BuildProgress} says; its listener is called by the same threads.
 */
public final class BuildPace implements BuildProgress {
  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * How far a phase is.
   *
   * @param phase a short name, as {@code graph}
   * @param done of {@code total}, in the unit of the phase (mostly vectors)
   * @param total how many there are
   * @param perSecond done a second since the phase began; 0 while nothing is
   * @param secondsLeft until the phase is done at this rate; null while nobody can tell
   */
  public record Pace(
      String phase, long done, long total, double perSecond, @Nullable Double secondsLeft) {}

  private final LongSupplier nanoTime;
  private final Consumer<Pace> listener;
  private String phase = "";
  private long startedNanos;
  private long doneAtStart;

  /**
   * For one build.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  public BuildPace(LongSupplier nanoTime, Consumer<Pace> listener) {
    this.nanoTime = nanoTime;
    this.listener = listener;
  }

  @Override
  public synchronized void update(String phase, long done, long total) {
    long now = nanoTime.getAsLong();
    if (!phase.equals(this.phase)) {
      this.phase = phase;
      startedNanos = now;
      doneAtStart = done;
    }
    double seconds = (now - startedNanos) / NANOS_PER_SECOND;
    double perSecond = seconds > 0 ? (done - doneAtStart) / seconds : 0;
    Double left = done >= total ? Double.valueOf(0) : null;
    if (left == null && perSecond > 0) {
      left = (total - done) / perSecond;
    }
    listener.accept(new Pace(phase, done, total, perSecond, left));
  }
}
