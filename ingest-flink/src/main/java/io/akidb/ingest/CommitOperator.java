package io.akidb.ingest;

import io.akidb.catalog.CatalogException;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.WriterFencedException;
import io.akidb.objectstore.ObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.metrics.Counter;
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
 * <p>What the tenant's quotas have no room for is decided before the checkpoint that holds it
 * ({@link QuotaGate}), so that a repeated commit is the same one.
 *
 * <p>What is staged but not committed is state. After a restart it is committed before anything
 * else: the checkpoint that holds it was complete. Each checkpoint has a number that grows over all
 * starts of the job, and the catalog ignores a number that it has seen, so that a commit whose
 * answer was lost can be repeated. Each start takes a new fencing epoch ({@link WriterStart}), by
 * which an older copy of the job that still runs is refused, and numbers of its own, so that what
 * an older copy checkpointed meanwhile is told from what was committed.
 */
final class CommitOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<StagedCheckpoint, Void> {
  /** Accumulator: records committed since the job was first started. */
  static final String ROWS_COMMITTED = "rows_committed";

  /** Accumulator: dead letters published since the job was first started. */
  static final String DEAD_LETTERS = "dead_letters";

  /**
   * Accumulator: dead letters that the tenant's quotas had no room for, since the job was first
   * started. A counter among Flink's metrics, too, there since this attempt.
   */
  static final String QUOTA_EXCEEDED = "quota_exceeded";

  private static final long serialVersionUID = 1L;

  /** Numbers of one checkpoint's parts are apart, and those of the next lie behind them. */
  private static final long PARTS_MAX = 1_000;

  private final Target target;
  private final WriterStart start;
  private transient @Nullable ObjectStore store;
  private transient @Nullable VectorCollection collection;
  private transient @Nullable ListState<byte[]> saved;
  private transient State state = new State();
  private transient List<StagedCheckpoint> current = new ArrayList<>();
  private transient LongMaximum rowsCommitted = new LongMaximum();
  private transient LongMaximum deadLetters = new LongMaximum();
  private transient LongMaximum quotaExceeded = new LongMaximum();
  private transient @Nullable Counter quotaExceededRows;
  private transient @Nullable QuotaGate quotas;
  private transient @Nullable Path scratch;

  private transient long restoredCheckpoint;

  /** What a checkpoint holds of this operator. */
  static final class State implements java.io.Serializable {
    private static final long serialVersionUID = 2L;

    private @Nullable UUID collectionId;

    /** Of the start whose numbers these are. */
    private long epoch = -1;

    /** The number of checkpoint {@link #first}, which the start went on from. */
    private long base;

    private long first;
    private long newest = -1;
    private long rows;
    private long bad;
    private long overQuota;

    /** By number. */
    private final TreeMap<Long, ArrayList<StagedCheckpoint>> pending = new TreeMap<>();

    private long number(long checkpoint) {
      return base + (checkpoint - first) * PARTS_MAX;
    }
  }

  CommitOperator(Target target, WriterStart start) {
    this.target = target;
    this.start = start;
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
    restoredCheckpoint = context.getRestoredCheckpointId().orElse(0);
    for (byte[] bytes : saved.get()) {
      state = InstantiationUtil.deserializeObject(bytes, State.class.getClassLoader());
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    rowsCommitted = new LongMaximum();
    deadLetters = new LongMaximum();
    quotaExceeded = new LongMaximum();
    quotaExceededRows = getMetricGroup().counter(QUOTA_EXCEEDED);
    getRuntimeContext().addAccumulator(QUOTA_EXCEEDED, quotaExceeded);
    getRuntimeContext().addAccumulator(ROWS_COMMITTED, rowsCommitted);
    getRuntimeContext().addAccumulator(DEAD_LETTERS, deadLetters);
    ObjectStore opened = target.openStore();
    store = opened;
    VectorCollection into = target.open(opened);
    if (!into.head().collectionId().equals(start.collectionId())) {
      throw new JobHaltedException(
          "collection " + target.collection() + " was dropped and created anew; start again", null);
    }
    collection = into;
    Path folder = Files.createTempDirectory("akidb-commit-");
    scratch = folder;
    quotas = new QuotaGate(opened, into, target, folder, Clock.systemUTC());
    if (state.epoch != start.epoch().epoch()) {
      goOn();
    }
    commitUpTo(Long.MAX_VALUE);
    report();
  }

  /** Gives this start its numbers, behind all that the writer's name ever committed. */
  private void goOn() {
    long committed = start.epoch().lastCheckpoint();
    if (state.epoch >= 0) {
      if (!start.collectionId().equals(state.collectionId)) {
        throw new JobHaltedException(
            "the checkpoint that was to be gone on from is another collection's; choose another"
                + " --checkpoint-dir",
            null);
      }
      if (committed >= state.newest + PARTS_MAX) {
        throw new JobHaltedException(
            "writer '"
                + target.writer()
                + "' has committed more than the checkpoint that was to be gone on from knows of; "
                + "start anew with an empty --checkpoint-dir",
            null);
      }
    }
    state.collectionId = start.collectionId();
    state.epoch = start.epoch().epoch();
    state.base = Math.max(committed, state.newest) + PARTS_MAX;
    state.first = restoredCheckpoint;
  }

  @Override
  public void processElement(StreamRecord<StagedCheckpoint> element) {
    current.add(element.getValue());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    state.newest = state.number(context.getCheckpointId());
    if (!current.isEmpty()) {
      state.pending.put(
          state.newest, new ArrayList<>(opened(quotas).admit(current, state.pending.values())));
      current.clear();
    }
    if (saved != null) {
      saved.update(List.of(InstantiationUtil.serializeObject(state)));
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) throws Exception {
    super.notifyCheckpointComplete(checkpoint);
    commitUpTo(state.number(checkpoint));
    report();
  }

  /** Each checkpoint by itself: a part of what is pending may be committed already. */
  private void commitUpTo(long number) {
    NavigableMap<Long, ArrayList<StagedCheckpoint>> complete = state.pending.headMap(number, true);
    while (!complete.isEmpty()) {
      commit(complete.firstKey(), complete.firstEntry().getValue());
      complete.pollFirstEntry();
    }
  }

  private void commit(long number, List<StagedCheckpoint> all) {
    List<StagedSegment> segments = new ArrayList<>();
    all.forEach(staged -> segments.addAll(staged.segments()));
    try {
      append(segments, number);
    } catch (WriterFencedException e) {
      throw new JobHaltedException(
          "another job has taken over as writer '"
              + target.writer()
              + "' of collection "
              + target.collection()
              + ", so this one stops; jobs that run side by side need a --writer each",
          e);
    } catch (CatalogException e) {
      throw e.isRetryable() ? e : new JobHaltedException(String.valueOf(e.getMessage()), e);
    }
    // Behind the commit, which refuses a job that was replaced.
    DeadLetters letters = new DeadLetters(opened(store), target);
    for (StagedCheckpoint staged : all) {
      staged.deadLetters().forEach(letters::publish);
      state.rows += staged.rows();
      state.bad += staged.bad();
      state.overQuota += staged.overQuota();
      opened(quotaExceededRows).inc(staged.overQuota());
    }
  }

  /** In one generation, unless there are more segments than one may add. */
  private void append(List<StagedSegment> segments, long number) {
    int most = VectorCollection.APPEND_SEGMENTS_MAX;
    int from = 0;
    do {
      opened(collection)
          .append(
              segments.subList(from, Math.min(segments.size(), from + most)),
              start.epoch(),
              number + from / most);
      from += most;
    } while (from < segments.size());
  }

  private static <T> T opened(@Nullable T resource) {
    if (resource == null) {
      throw new IllegalStateException("the operator was not opened");
    }
    return resource;
  }

  private void report() {
    rowsCommitted.add(state.rows);
    deadLetters.add(state.bad);
    quotaExceeded.add(state.overQuota);
  }

  @Override
  public void close() throws Exception {
    super.close();
    if (scratch != null) {
      // Empty, as each segment's file is deleted with it.
      Files.deleteIfExists(scratch);
    }
    if (store != null) {
      store.close();
    }
  }
}
