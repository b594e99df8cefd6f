package io.akidb.catalog;

import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One collection. Safe for many threads at once, keeps no state of its own beside the bucket. */
public final class VectorCollection {
  VectorCollection() {}

  /** On whose behalf it was opened. */
  public TenantContext context() {
    throw new UnsupportedOperationException();
  }

  /** Its name. */
  public CollectionName name() {
    throw new UnsupportedOperationException();
  }

  /** The newest generation. */
  public Manifest head() {
    throw new UnsupportedOperationException();
  }

  /** The newest generation unless it is still {@code known}, in which case null. */
  public @Nullable Manifest headIfChanged(Manifest known) {
    throw new UnsupportedOperationException();
  }

  /**
   * A generation that is still kept.
   *
   * @throws GenerationNotFoundException otherwise
   */
  public Manifest at(long generation) {
    throw new UnsupportedOperationException();
  }

  /** The live segments of a generation, by ascending sequence. */
  public List<SegmentRef> segments(Manifest manifest) {
    throw new UnsupportedOperationException();
  }

  /**
   * The live segments with a sequence above {@code sequence}, ascending; reads only what it needs.
   */
  public List<SegmentRef> segmentsAfter(Manifest manifest, long sequence) {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts a segment. Not committed before {@link #append}.
   *
   * @param temporaryFile where it is kept before it is uploaded, once it outgrows memory; deleted
   *     at the end
   */
  public SegmentWriter newSegment(Path temporaryFile) {
    throw new UnsupportedOperationException();
  }

  /**
   * Opens a segment for reading.
   *
   * @throws SegmentMissingException if it is not in the bucket (any more)
   */
  public SegmentReader read(StagedSegment segment) {
    throw new UnsupportedOperationException();
  }

  /**
   * Opens the tombstones that a build carried over.
   *
   * @throws SegmentMissingException if they are not in the bucket (any more)
   */
  public SegmentReader readTombstones(IndexRef index) {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts the {@code tombstones.avro} of a build, for tombstones only; see {@link #newSegment}.
   */
  public SegmentWriter newTombstones(java.util.UUID buildId, Path temporaryFile) {
    throw new UnsupportedOperationException();
  }

  /**
   * Commits a new epoch for a writer's name. From then on older epochs are refused.
   *
   * @throws TooManyWritersException if the manifest is full
   */
  public WriterEpoch acquireWriter(String writer) {
    throw new UnsupportedOperationException();
  }

  /** Forgets a writer's name, its epochs and its checkpoint. A missing one is no error. */
  public void removeWriter(String writer) {
    throw new UnsupportedOperationException();
  }

  /**
   * Commits segments as one generation, all or none.
   *
   * @param segments in the order of their sequences, at most 1,000
   * @param writer the right to commit, or null for a writer without checkpoints
   * @param checkpoint of the writer, not negative; one that is not greater than its last committed
   *     one commits nothing
   * @return the generation that holds them
   * @throws WriterFencedException if the epoch is not the writer's newest
   * @throws CommitOutcomeUnknownException if it may have happened or not
   * @throws CommitContentionException if too many others committed; nothing happened
   */
  public Manifest append(
      List<StagedSegment> segments, @Nullable WriterEpoch writer, long checkpoint) {
    throw new UnsupportedOperationException();
  }

  /** What the index of a generation consists of, or empty if it has none. */
  public Optional<IndexDescriptor> index(Manifest manifest) {
    throw new UnsupportedOperationException();
  }

  /**
   * Replaces the index and drops the segments that it absorbed, as one generation.
   *
   * @throws BuildSupersededException if the current index read the same generation or a newer one
   */
  public Manifest publishIndex(IndexDescriptor descriptor, IndexRef ref) {
    throw new UnsupportedOperationException();
  }

  /** Requests for builds of this collection. */
  public BuildRequests builds() {
    throw new UnsupportedOperationException();
  }
}
