package io.akidb.catalog;

import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import java.time.Instant;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a collection consists of at one generation. Immutable. */
public final class Manifest {
  /** The entity tag of one that was not read from the head's own object. */
  static final String ETAG_NONE = "";

  private final Head head;
  private final String etag;
  private final byte[] json;

  Manifest(Head head, String etag, byte[] json) {
    this.head = head;
    this.etag = etag;
    this.json = json;
  }

  /** This incarnation of the name; a collection that is dropped and created again has another. */
  public UUID collectionId() {
    return head.collectionId();
  }

  /** Whose it is. */
  public TenantId tenant() {
    return head.tenant();
  }

  /** Its name within the tenant. */
  public CollectionName name() {
    return head.name();
  }

  /** What its records look like. */
  public CollectionSchema schema() {
    return head.schema();
  }

  /** Grows by one with each commit. */
  public long generation() {
    return head.generation();
  }

  /** The entity tag of the head while it was at this generation; empty if that is not known. */
  public String etag() {
    return etag;
  }

  /** Random; distinguishes this commit from any other that tried for the same generation. */
  public UUID commitId() {
    return head.commitId();
  }

  /** When this incarnation was created. */
  public Instant createdAt() {
    return head.createdAt();
  }

  /** When this generation was, by its writer's clock. */
  public Instant committedAt() {
    return head.committedAt();
  }

  /** The sequence that the next segment gets; all committed before have smaller ones. */
  public long nextSequence() {
    return head.nextSequence();
  }

  /** The greatest order of any record ever committed, -1 for none. */
  public long maxOrder() {
    return head.maxOrder();
  }

  /** Segments with a sequence up to this are in the index and no longer live; -1 for none. */
  public long absorbedThrough() {
    return head.absorbedThrough();
  }

  /** Records in live segments, superseded ones and tombstones included. */
  public long freshRows() {
    return head.fresh().rows();
  }

  /** Bytes of live segments. */
  public long freshBytes() {
    return head.fresh().bytes();
  }

  /** How many segments are live. */
  public long freshSegmentCount() {
    return head.fresh().segments();
  }

  /** The published index, or null. */
  public @Nullable IndexRef index() {
    PublishedIndex index = head.index();
    return index == null ? null : index.ref();
  }

  /** Writers that hold a fencing epoch, by name. */
  public SortedMap<String, WriterEpoch> writers() {
    return head.writers();
  }

  /** Opaque text by which a later read asks for this generation or a newer one. */
  public String commitToken() {
    return CommitToken.of(collectionId(), generation());
  }

  /**
   * The generation that a commit token of this collection names.
   *
   * @throws InvalidCommitTokenException if the text is no token, or another collection's
   */
  public long generationOf(String commitToken) {
    return CommitToken.generationOf(commitToken, collectionId());
  }

  Head head() {
    return head;
  }

  /** Exactly the bytes of the object. */
  byte[] json() {
    return json;
  }

  @Override
  public String toString() {
    return "Manifest[" + name() + "@" + generation() + "]";
  }
}
