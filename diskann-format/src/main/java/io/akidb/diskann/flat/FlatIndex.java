package io.akidb.diskann.flat;

import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchBuffer;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.format.v1.ShardFile;
import io.akidb.diskann.search.ExactScan;
import io.akidb.diskann.search.PreparedQuery;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A mapped flat shard. */
final class FlatIndex extends MappedIndex {
  private static final int IDLE_SCANS_MAX = 64;

  private final ArrayBlockingQueue<ExactScan> idle = new ArrayBlockingQueue<>(IDLE_SCANS_MAX);

  FlatIndex(ShardFile file) {
    super(file);
  }

  @Override
  public String type() {
    return FlatProvider.TYPE;
  }

  @Override
  public void search(
      float[] query, SearchParameters parameters, @Nullable NodeFilter filter, SearchBuffer into) {
    ExactScan scan = idle.poll();
    if (scan == null) {
      scan = new ExactScan(new PreparedQuery(schema(), layout(), nodes()), layout(), size());
    }
    scan.search(query, parameters, filter, into);
    idle.offer(scan);
  }
}
