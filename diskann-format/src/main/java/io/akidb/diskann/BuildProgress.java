package io.akidb.diskann;

/**
 * Is told how far a build is; called from the building threads, now and then, never at the same
 * time.
 */
@FunctionalInterface
public interface BuildProgress {
  /** Nobody listens. */
  BuildProgress NONE = (phase, done, total) -> {};

  /**
   * So far.
   *
   * @param phase a short name, as {@code graph}
   * @param done of {@code total}, in the unit of the phase (mostly vectors)
   * @param total how many there are
   */
  void update(String phase, long done, long total);
}
