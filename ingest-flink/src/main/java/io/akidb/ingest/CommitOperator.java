package io.akidb.ingest;

import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.WriterEpoch;
import io.akidb.objectstore.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.InstantiationUtil;
import org.jspecify.annotations.Nullable;

/**
 * Commits what all writers staged for a checkpoint as one generation, when the checkpoint is
 * complete. Runs once in a job.
 *
 * <p>What is staged but not committed is state. After a restart it is committed before anything
 * else: the checkpoint that holds it was complete. Each commit carries a number: a base, fixed when
 * the job was first started to lie behind all that its name ever committed, plus the checkpoint's;
 * the catalog ignores a number that it has seen, so that a commit whose answer was lost can be
 * repeated, while a job that starts afresh is never taken for a replay. Each start takes a new
 * fencing epoch, by which an older copy of the job that still runs is refused.
 */
final class CommitOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<StagedCheckpoint, Void> {
  /** Accumulator: records committed since the job was first started. */
  static final String ROWS_COMMITTED = "rows_committed";

  /** Accumulator: dead letters published since the job was first started. */
  static final String DEAD_LETTERS = "dead_letters";

  private static final long serialVersionUID = 1L;

  private final Target target;
  private transient @Nullable ObjectStore store;
  private transient @Nullable VectorCollection collection;
  private transient @Nullable WriterEpoch epoch;
  private transient @Nullable ListState<byte[]> saved;
  private transient State state = new State();
  private transient List<StagedCheckpoint> current = new ArrayList<>();
  private transient LongMaximum rowsCommitted = new LongMaximum();
  private transient LongMaximum deadLetters = new LongMaximum();

  /** What a checkpoint holds of this operator. */
  static final class State implements java.io.Serializable {
    private static final long serialVersionUID = 1L;

    private long base = -1;
    private long rows;
    private long bad;
    private final TreeMap<Long, ArrayList<StagedCheckpoint>> pending = new TreeMap<>();
  }

  CommitOperator(Target target) {
    this.target = target;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    saved =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "staged", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    state = new State();
    current = new ArrayList<>();
    for (byte[] bytes : saved.get()) {
      state = InstantiationUtil.deserializeObject(bytes, State.class.getClassLoader());
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    rowsCommitted = new LongMaximum();
    deadLetters = new LongMaximum();
    getRuntimeContext().addAccumulator(ROWS_COMMITTED, rowsCommitted);
    getRuntimeContext().addAccumulator(DEAD_LETTERS, deadLetters);
    ObjectStore opened = target.openStore();
    store = opened;
    VectorCollection into = target.open(opened);
    collection = into;
    WriterEpoch taken = into.acquireWriter(target.writer());
    epoch = taken;
    if (state.base < 0) {
      state.base = taken.lastCheckpoint() + 1;
    }
    commitUpTo(Long.MAX_VALUE);
    report();
  }

  @Override
  public void processElement(StreamRecord<StagedCheckpoint> element) {
    current.add(element.getValue());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    if (!current.isEmpty()) {
      state.pending.put(context.getCheckpointId(), new ArrayList<>(current));
      current.clear();
    }
    if (saved != null) {
      saved.update(List.of(InstantiationUtil.serializeObject(state)));
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) throws Exception {
    super.notifyCheckpointComplete(checkpoint);
    commitUpTo(checkpoint);
    report();
  }

  private void commitUpTo(long checkpoint) {
    NavigableMap<Long, ArrayList<StagedCheckpoint>> complete =
        state.pending.headMap(checkpoint, true);
    if (complete.isEmpty() || collection == null || store == null) {
      return;
    }
    List<StagedSegment> segments = new ArrayList<>();
    DeadLetters letters = new DeadLetters(store, target);
    for (List<StagedCheckpoint> ofOne : complete.values()) {
      for (StagedCheckpoint staged : ofOne) {
        segments.addAll(staged.segments());
        staged.deadLetters().forEach(letters::publish);
        state.rows += staged.rows();
        state.bad += staged.bad();
      }
    }
    commit(segments, complete.lastKey());
    complete.clear();
  }

  /** In one generation, unless there are more segments than one may add. */
  private void commit(List<StagedSegment> segments, long checkpoint) {
    VectorCollection into = collection;
    if (into == null || segments.isEmpty()) {
      return;
    }
    // Numbers of one checkpoint's parts are apart, and those of the next lie behind them.
    long number = state.base + checkpoint * PARTS_MAX;
    int most = VectorCollection.APPEND_SEGMENTS_MAX;
    for (int from = 0; from < segments.size(); from += most) {
      into.append(
          segments.subList(from, Math.min(segments.size(), from + most)),
          epoch,
          number + from / most);
    }
  }

  private static final long PARTS_MAX = 1_000;

  private void report() {
    rowsCommitted.add(state.rows);
    deadLetters.add(state.bad);
  }

  @Override
  public void close() throws Exception {
    super.close();
    if (store != null) {
      store.close();
    }
  }
}
