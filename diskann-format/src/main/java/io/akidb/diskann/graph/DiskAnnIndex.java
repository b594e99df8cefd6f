package io.akidb.diskann.graph;

import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.format.v1.ShardFile;
import io.akidb.diskann.format.v1.ShardSections;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A mapped Vamana shard. */
final class DiskAnnIndex extends MappedIndex {
  private final PqCodebook codebook;
  private final MemorySegment codes;
  private final IdleWalks walks = new IdleWalks(() -> new PqWalk(this));

  DiskAnnIndex(ShardFile file) {
    super(file);
    MemorySegment book = file.checkedSection(ShardSections.CODEBOOK);
    if (book.byteSize() > 64 + 4L * PqCodebook.CENTROIDS * IndexSchema.DIMENSION_MAX) {
      throw ShardFile.corrupt("the codebook is too large");
    }
    adviseRandomReads();
    this.codebook = PqCodebook.fromBytes(book.toArray(SegmentLayout.I8));
    if (codebook.dimension() != schema().dimension() || codebook.metric() != schema().metric()) {
      throw ShardFile.corrupt("the codebook was trained for another schema");
    }
    this.codes = file.section(ShardSections.CODES, (long) size() * codebook.subspaces());
    if (size() > 0 && parameters().entryNode() < 0) {
      throw ShardFile.corrupt("there is no entry node");
    }
  }

  PqCodebook codebook() {
    return codebook;
  }

  MemorySegment codes() {
    return codes;
  }

  @Override
  public String type() {
    return DiskAnnProvider.TYPE;
  }

  @Override
  public SearchResult search(
      float[] query, SearchParameters parameters, @Nullable NodeFilter filter) {
    return walks.search(query, parameters, filter);
  }
}
