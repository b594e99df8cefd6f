package io.akidb.catalog;

import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One collection. Safe for many threads at once. All state is in the bucket; the newest manifest
 * seen is remembered only to save a commit from reading it again.
 *
 * <p>Every method fails with {@link CollectionNotFoundException} once the collection was dropped,
 * even if one of the same name was created since, with {@link CorruptManifestException} or {@link
 * UnsupportedFormatException} if what is in the bucket cannot be read, and with {@link
 * io.akidb.objectstore.ObjectStoreException} if the bucket fails; nothing was committed then unless
 * it is a {@link CommitOutcomeUnknownException}.
 */
public final class VectorCollection {
  /** Most segments of one {@link #append}. */
  public static final int APPEND_SEGMENTS_MAX = 1_000;

  private static final Pattern WRITER_NAME = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private final Bucket bucket;
  private final TenantContext context;
  private final TenantNamespace namespace;
  private final CollectionName name;
  private final UUID collectionId;
  private final CollectionSchema schema;
  private final Commits commits;
  private final Pages pages;
  private final IndexObjects indexes;
  private final BuildRequests builds;
  private final AtomicReference<Manifest> newest;

  VectorCollection(Bucket bucket, TenantContext context, Manifest head) {
    this.bucket = bucket;
    this.context = context;
    this.namespace = context.namespace();
    this.name = head.name();
    this.collectionId = head.collectionId();
    this.schema = head.schema();
    this.commits = new Commits(bucket, namespace, name);
    this.pages = new Pages(bucket, namespace, name);
    this.indexes = new IndexObjects(bucket, namespace, name);
    this.builds = new BuildRequests(bucket, namespace, name);
    this.newest = new AtomicReference<>(head);
  }

  /** On whose behalf it was opened. */
  public TenantContext context() {
    return context;
  }

  /** Its name. */
  public CollectionName name() {
    return name;
  }

  /** What its records look like; never changes. */
  public CollectionSchema schema() {
    return schema;
  }

  /** The newest generation, at the cost of one request. */
  public Manifest head() {
    return remember(commits.read());
  }

  /** The newest generation that was seen here, at no cost: at first that of the opening. */
  public Manifest known() {
    return newest.get();
  }

  /** The newest generation unless it is still {@code known}, in which case null; one request. */
  public @Nullable Manifest headIfChanged(Manifest known) {
    if (known.etag().equals(Manifest.ETAG_NONE)) {
      Manifest head = head();
      return head.generation() == known.generation() ? null : head;
    }
    Manifest head = commits.readIfChanged(known.etag());
    return head == null ? null : remember(head);
  }

  /**
   * A generation that is still kept.
   *
   * @throws GenerationNotFoundException otherwise
   */
  public Manifest at(long generation) {
    Manifest head = head();
    if (generation == head.generation()) {
      return head;
    }
    if (generation > head.generation() || generation < head.head().firstGeneration()) {
      throw new GenerationNotFoundException(generation);
    }
    return commits
        .readGeneration(generation)
        .orElseThrow(() -> new GenerationNotFoundException(generation));
  }

  /** The live segments of a generation, by ascending sequence. */
  public List<SegmentRef> segments(Manifest manifest) {
    return segmentsAfter(manifest, -1);
  }

  /**
   * The live segments with a sequence above {@code sequence}, ascending. Reads only the pages that
   * hold some: none at all when they are among the newest 64.
   */
  public List<SegmentRef> segmentsAfter(Manifest manifest, long sequence) {
    return manifest.head().segments().after(Math.max(sequence, manifest.absorbedThrough()), pages);
  }

  /**
   * Starts a segment. Nobody sees it before {@link #append}.
   *
   * @param temporaryFile where it is kept before it is uploaded, once it outgrows 1 MiB of memory;
   *     deleted at the end
   */
  public SegmentWriter newSegment(Path temporaryFile) {
    UUID id = SegmentIds.segment(bucket.surroundings(), collectionId);
    return new SegmentWriter(
        bucket, namespace.segmentKey(name, id), id, schema, false, temporaryFile);
  }

  /**
   * Opens a segment for reading.
   *
   * @throws SegmentMissingException if it is not in the bucket (any more)
   * @throws CorruptSegmentException if it is not what was written
   */
  public SegmentReader read(StagedSegment segment) {
    return new SegmentReader(
        bucket.store(), namespace.segmentKey(name, segment.id()), segment, schema);
  }

  /**
   * Starts the {@code tombstones.avro} of a build, which takes only tombstones. Their number goes
   * into {@link IndexRef#tombstones}; a build without any has no such object.
   */
  public SegmentWriter newTombstones(UUID buildId, Path temporaryFile) {
    return new SegmentWriter(
        bucket, namespace.tombstonesKey(name, buildId), buildId, schema, true, temporaryFile);
  }

  /** Opens the tombstones that the index of a generation carries over; empty if there are none. */
  public Optional<SegmentReader> readTombstones(Manifest manifest) {
    PublishedIndex index = manifest.head().index();
    return index == null
        ? Optional.empty()
        : Optional.ofNullable(indexes.tombstones(index, schema));
  }

  /**
   * Commits a new epoch for a writer's name, greater than any before. From then on older epochs are
   * refused.
   *
   * @throws TooManyWritersException if the manifest is full
   */
  public WriterEpoch acquireWriter(String writer) {
    if (!WRITER_NAME.matcher(writer).matches()) {
      throw new IllegalArgumentException(
          "writer must be 1 to 128 characters of letters, digits, '.', '_', ':' and '-'");
    }
    Manifest committed = commit(base -> base.withWriters(withNewEpoch(base, writer)));
    WriterEpoch acquired = committed.writers().get(writer);
    if (acquired == null) {
      throw new IllegalStateException("the commit lacks writer " + writer);
    }
    return acquired;
  }

  private static SortedMap<String, WriterEpoch> withNewEpoch(Head base, String writer) {
    SortedMap<String, WriterEpoch> writers = new TreeMap<>(base.writers());
    WriterEpoch before = writers.get(writer);
    if (before == null && writers.size() >= Head.WRITERS_MAX) {
      throw new TooManyWritersException(Head.WRITERS_MAX);
    }
    // The generation as epoch: it grows even over a removal of the name.
    long checkpoint = before == null ? -1 : before.lastCheckpoint();
    writers.put(writer, new WriterEpoch(writer, base.generation() + 1, checkpoint));
    return writers;
  }

  /** Forgets a writer: its epoch is refused, its checkpoint is gone. A missing one is no error. */
  public void removeWriter(String writer) {
    commit(
        base -> {
          SortedMap<String, WriterEpoch> writers = new TreeMap<>(base.writers());
          return writers.remove(writer) == null ? null : base.withWriters(writers);
        });
  }

  /**
   * Commits segments as one generation, all or none.
   *
   * @param segments in the order of their sequences, at most 1,000; may be empty to commit a
   *     checkpoint alone
   * @param writer the right to commit, or null for a writer without checkpoints. Without one, a
   *     repeated append of segments that are among the newest 64 commits nothing
   * @param checkpoint of the writer, not negative; one that is not greater than its last committed
   *     one commits nothing
   * @return the generation that holds them
   * @throws WriterFencedException if the epoch is not the writer's newest
   * @throws SegmentMissingException if a segment was staged so long ago that it was collected
   * @throws CommitOutcomeUnknownException if it may have happened or not
   * @throws CommitContentionException if too many others committed; nothing happened
   */
  public Manifest append(
      List<StagedSegment> segments, @Nullable WriterEpoch writer, long checkpoint) {
    if (segments.size() > APPEND_SEGMENTS_MAX || (writer != null && checkpoint < 0)) {
      throw new IllegalArgumentException(
          "at most " + APPEND_SEGMENTS_MAX + " segments, and a checkpoint that is not negative");
    }
    Staging staging = new Staging(bucket, namespace, name);
    AtomicReference<List<StagedSegment>> ready = new AtomicReference<>(List.copyOf(segments));
    return commit(
        base -> {
          if (isDone(base, segments, writer, checkpoint)) {
            return null;
          }
          // Again on each base, since garbage collection may have come in between.
          ready.set(staging.ready(ready.get(), base));
          Head appended = withSegments(base, ready.get());
          if (writer == null) {
            return appended;
          }
          SortedMap<String, WriterEpoch> writers = new TreeMap<>(base.writers());
          writers.put(
              writer.writer(), new WriterEpoch(writer.writer(), writer.epoch(), checkpoint));
          return appended.withWriters(writers);
        });
  }

  private static boolean isDone(
      Head base, List<StagedSegment> segments, @Nullable WriterEpoch writer, long checkpoint) {
    if (writer == null) {
      return segments.isEmpty()
          || base.segments().newest().stream()
              .anyMatch(ref -> ref.segment().id().equals(segments.get(0).id()));
    }
    WriterEpoch current = base.writers().get(writer.writer());
    if (current == null || current.epoch() != writer.epoch()) {
      throw new WriterFencedException(
          writer.writer(), writer.epoch(), current == null ? -1 : current.epoch());
    }
    return checkpoint <= current.lastCheckpoint();
  }

  private Head withSegments(Head base, List<StagedSegment> added) {
    List<SegmentRef> refs = new ArrayList<>(added.size());
    Head.Totals fresh = base.fresh();
    long sequence = base.nextSequence();
    long maxOrder = base.maxOrder();
    for (StagedSegment segment : added) {
      SegmentRef ref = new SegmentRef(segment, sequence++);
      refs.add(ref);
      fresh = fresh.plus(Head.Totals.of(ref));
      maxOrder = Math.max(maxOrder, segment.maxOrder());
    }
    return base.withSegments(base.segments().append(refs, pages), fresh, sequence, maxOrder);
  }

  /** What the index of a generation consists of, or empty if it has none. */
  public Optional<IndexDescriptor> index(Manifest manifest) {
    PublishedIndex index = manifest.head().index();
    return index == null ? Optional.empty() : Optional.of(indexes.read(index));
  }

  /**
   * Replaces the index and drops the segments that it absorbed, as one generation. The shards must
   * be in the bucket. Publishing what is published already commits nothing.
   *
   * @throws BuildSupersededException if the current index read the same generation or a newer one
   * @throws IncompleteBuildException if a shard is missing or the figures do not agree
   */
  public Manifest publishIndex(IndexDescriptor descriptor, IndexRef ref) {
    Manifest current = head();
    if (isPublished(current.head(), ref)) {
      return current;
    }
    PublishedIndex prepared = indexes.prepare(descriptor, ref, schema);
    return commit(
        base -> {
          if (isPublished(base, ref)) {
            return null;
          }
          long watermark = ref.absorbedThrough();
          return base.withIndex(
              new PublishedIndex(
                  ref, base.generation() + 1, prepared.descriptor(), prepared.tombstones()),
              base.segments().without(watermark),
              base.segments().totalsAfter(watermark, pages));
        });
  }

  private static boolean isPublished(Head base, IndexRef ref) {
    PublishedIndex index = base.index();
    if (index != null && index.ref().buildId().equals(ref.buildId())) {
      return true;
    }
    if (index != null && index.ref().readGeneration() >= ref.readGeneration()) {
      throw new BuildSupersededException(ref.readGeneration(), index.ref().readGeneration());
    }
    if (base.collected().builds().contains(ref.buildId())) {
      throw new IncompleteBuildException(
          "build " + ref.buildId() + " was collected as abandoned; request a new one");
    }
    if (ref.readGeneration() > base.generation()
        || ref.readGeneration() < base.firstGeneration()
        || ref.absorbedThrough() >= base.nextSequence()
        || ref.absorbedThrough() < base.absorbedThrough()) {
      throw new IncompleteBuildException(
          "build " + ref.buildId() + " says it absorbed what the collection does not have");
    }
    return false;
  }

  /** Requests for builds of this collection. */
  public BuildRequests builds() {
    return builds;
  }

  private Manifest commit(Commits.Change change) {
    Manifest committed =
        commits.commit(
            newest.get(),
            base -> {
              requireSame(base);
              return change.apply(base);
            });
    return remember(committed);
  }

  private Manifest remember(Manifest read) {
    requireSame(read.head());
    newest.accumulateAndGet(
        read, (before, now) -> now.generation() > before.generation() ? now : before);
    return read;
  }

  private void requireSame(Head head) {
    if (head.dropped() || !head.collectionId().equals(collectionId)) {
      throw new CollectionNotFoundException(name);
    }
  }
}
