package io.akidb.diskann.graph;

import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.SearchBuffer;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.format.v1.CalibrationSection;
import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.format.v1.ShardFile;
import org.jspecify.annotations.Nullable;

/** A mapped Vamana shard whose records hold their neighbours' codes. */
final class FusedIndex extends MappedIndex {
  private final FusedEntries entries;
  private final RecallCalibration calibration;
  private final IdleWalks walks;

  FusedIndex(ShardFile file, long waitNanos) {
    super(file);
    adviseRandomReads();
    this.entries = FusedEntries.read(file, schema(), size());
    this.calibration = CalibrationSection.read(file);
    this.walks = new IdleWalks(() -> new FusedWalk(this, waitNanos));
  }

  FusedEntries entries() {
    return entries;
  }

  @Override
  public RecallCalibration calibration() {
    return calibration;
  }

  @Override
  public String type() {
    return DiskAnnProvider.TYPE;
  }

  @Override
  public void search(
      float[] query, SearchParameters parameters, @Nullable NodeFilter filter, SearchBuffer into) {
    walks.search(query, parameters, filter, into);
  }
}
