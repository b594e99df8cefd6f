package io.akidb.diskann.graph;

import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.SearchBuffer;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.format.v1.CalibrationSection;
import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.format.v1.ShardFile;
import io.akidb.diskann.format.v1.ShardSections;
import io.akidb.diskann.kernel.SegmentLayout;
import io.akidb.diskann.quantization.Quantizer;
import io.akidb.diskann.quantization.Quantizers;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A mapped Vamana shard with the codes of all nodes in a section of their own. */
final class DiskAnnIndex extends MappedIndex {
  private static final int QUANTIZER_BYTES_MAX = 128 + 4 * 385 * IndexSchema.DIMENSION_MAX;

  private final Quantizer quantizer;
  private final MemorySegment codes;
  private final @Nullable FusedEntries entries;
  private final RecallCalibration calibration;
  private final IdleWalks walks;

  DiskAnnIndex(ShardFile file, long waitNanos) {
    super(file);
    MemorySegment book = file.checkedSection(ShardSections.CODEBOOK);
    if (book.byteSize() > QUANTIZER_BYTES_MAX) {
      throw ShardFile.corrupt("the codebook is too large");
    }
    adviseRandomReads();
    this.calibration = CalibrationSection.read(file);
    this.quantizer = Quantizers.fromBytes(book.toArray(SegmentLayout.I8));
    if (quantizer.dimension() != schema().dimension() || quantizer.metric() != schema().metric()) {
      throw ShardFile.corrupt("the codebook was trained for another schema");
    }
    this.codes = file.section(ShardSections.CODES, (long) size() * quantizer.bytesPerVector());
    // Earlier writers gave none.
    this.entries =
        file.has(ShardSections.ENTRIES) ? FusedEntries.read(file, schema(), size()) : null;
    if (size() > 0 && parameters().entryNode() < 0) {
      throw ShardFile.corrupt("there is no entry node");
    }
    this.walks = new IdleWalks(() -> new ResidentWalk(this, waitNanos));
  }

  Quantizer quantizer() {
    return quantizer;
  }

  MemorySegment codes() {
    return codes;
  }

  /** Where walks may begin beside the entry node; null if the file has none. */
  @Nullable FusedEntries entries() {
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
