package io.akidb.build;

/**
 * When a shard is merged with what changed rather than built anew.
 *
 * @param changedShareMax most rows that come and go, as a part of the shard's rows, 0 to 1
 * @param inARowMax how often a shard is merged before it is built anew, 1 to {@value #IN_A_ROW}
 */
record MergeRule(double changedShareMax, int inARowMax) {
  static final int IN_A_ROW = 1000;

  /**
   * Checks both.
   *
   * @throws BuildUsageException that names the option
   */
  MergeRule {
    if (!(changedShareMax >= 0 && changedShareMax <= 1)) {
      throw new BuildUsageException("--merge-changes-max must be 0.0 to 1.0");
    }
    if (inARowMax < 1 || inARowMax > IN_A_ROW) {
      throw new BuildUsageException("--merges-max must be 1 to " + IN_A_ROW);
    }
  }
}
