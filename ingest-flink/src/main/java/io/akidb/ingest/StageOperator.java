package io.akidb.ingest;

import io.akidb.catalog.FieldError;
import io.akidb.catalog.RecordValidator;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes items to segments as they come. Before a checkpoint, and at the end, what is open is
 * closed, uploaded and passed on; so the operator has no state, and a failure leaves objects that
 * nothing lists. A segment that is full is uploaded at once by the thread that writes, which is how
 * a slow bucket holds back the source.
 */
final class StageOperator extends AbstractStreamOperator<StagedCheckpoint>
    implements OneInputStreamOperator<byte[], StagedCheckpoint>, BoundedOneInput {
  /** Accumulator: items that were read, in this attempt. */
  static final String ROWS_READ = "rows_read";

  private static final long serialVersionUID = 1L;

  private final Target target;
  private transient @Nullable ObjectStore store;
  private transient @Nullable VectorCollection collection;
  private transient @Nullable RecordValidator validator;
  private transient @Nullable Path scratch;
  private transient @Nullable SegmentWriter segment;
  private transient @Nullable DeadLetters deadLetters;
  private transient LongCounter rowsRead = new LongCounter();
  private transient List<StagedSegment> staged = new ArrayList<>();
  private transient List<UUID> stagedDeadLetters = new ArrayList<>();
  private transient long rows;
  private transient long bad;

  StageOperator(Target target) {
    this.target = target;
  }

  @Override
  public void open() throws Exception {
    super.open();
    ObjectStore opened = target.openStore();
    store = opened;
    VectorCollection into = target.open(opened);
    collection = into;
    validator = new RecordValidator(into.schema());
    scratch = Files.createTempDirectory("akidb-ingest-");
    deadLetters = new DeadLetters(opened, target);
    staged = new ArrayList<>();
    stagedDeadLetters = new ArrayList<>();
    rowsRead = new LongCounter();
    getRuntimeContext().addAccumulator(ROWS_READ, rowsRead);
  }

  @Override
  public void processElement(StreamRecord<byte[]> element) throws Exception {
    rowsRead.add(1);
    Item item = ItemCodec.decode(element.getValue());
    if (item instanceof Item.Row row) {
      List<FieldError> errors = present(validator).check(row.vector());
      if (errors.isEmpty()) {
        write(row.vector());
      } else {
        bury(new Item.DeadLetter(DeadLetters.reason(errors), DeadLetters.raw(row), row.origin()));
      }
    } else {
      bury((Item.DeadLetter) item);
    }
  }

  private void write(VectorRecord row) throws IOException {
    SegmentWriter open = segment;
    if (open == null) {
      open = present(collection).newSegment(present(scratch).resolve(UUID.randomUUID() + ".avro"));
      segment = open;
    }
    open.add(row);
    rows++;
    if (open.rows() >= target.segmentRowsMax() || open.bytes() >= target.segmentBytesMax()) {
      closeSegment();
    }
  }

  private void bury(Item.DeadLetter letter) {
    bad++;
    present(deadLetters).add(letter).ifPresent(stagedDeadLetters::add);
  }

  private void closeSegment() {
    SegmentWriter open = segment;
    if (open != null) {
      staged.add(open.finish());
      open.close();
      segment = null;
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    super.prepareSnapshotPreBarrier(checkpoint);
    passOn();
  }

  @Override
  public void endInput() {
    passOn();
  }

  private void passOn() {
    closeSegment();
    present(deadLetters).flush().ifPresent(stagedDeadLetters::add);
    StagedCheckpoint all = new StagedCheckpoint(staged, stagedDeadLetters, rows, bad, 0);
    if (!all.isEmpty()) {
      output.collect(new StreamRecord<>(all));
    }
    staged.clear();
    stagedDeadLetters.clear();
    rows = 0;
    bad = 0;
  }

  @Override
  public void close() throws Exception {
    super.close();
    if (segment != null) {
      segment.close();
    }
    if (scratch != null) {
      try (var files = Files.list(scratch)) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(scratch);
    }
    if (store != null) {
      store.close();
    }
  }

  private static <T> T present(@Nullable T opened) {
    if (opened == null) {
      throw new IllegalStateException("the operator was not opened");
    }
    return opened;
  }
}
