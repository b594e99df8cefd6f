package io.akidb.catalog;

import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantContext;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tenants' collections in one bucket. Safe for many threads at once; holds nothing to close.
 *
 * <p>A collection that is dropped leaves its head behind, marked, so that the numbers of its
 * generations go on when the name is used again: nothing of an old incarnation can be taken for the
 * new one's, and a writer that missed the drop fails.
 */
public final class Catalog {
  /** Most names of one page of {@link #list}. */
  public static final int LIST_LIMIT_MAX = 1_000;

  private final Bucket bucket;

  /** Over a bucket that the caller closes. */
  public Catalog(ObjectStore store, Clock clock) {
    this(store, Surroundings.of(clock));
  }

  Catalog(ObjectStore store, Surroundings surroundings) {
    this.bucket = new Bucket(store, surroundings);
  }

  /**
   * Creates an empty collection.
   *
   * @throws CollectionExistsException if the name is taken
   * @throws CommitOutcomeUnknownException if it may have been created or not
   */
  public VectorCollection create(
      TenantContext context, CollectionName name, CollectionSchema schema) {
    Commits commits = new Commits(bucket, context.namespace(), name);
    UUID collectionId = bucket.surroundings().randomId();
    Manifest created = null;
    try {
      created =
          commits.commit(
              null,
              base -> {
                if (!base.dropped()) {
                  throw new CollectionExistsException(name);
                }
                return empty(context, name, schema, collectionId, base.generation());
              });
    } catch (CollectionNotFoundException e) {
      Head first =
          empty(context, name, schema, collectionId, 0)
              .next(bucket.surroundings().randomId(), bucket.surroundings().now());
      created = commits.createFirst(first);
    }
    if (created == null) {
      throw new CollectionExistsException(name);
    }
    return new VectorCollection(bucket, context, created);
  }

  private Head empty(
      TenantContext context,
      CollectionName name,
      CollectionSchema schema,
      UUID collectionId,
      long generationBefore) {
    Instant now = bucket.surroundings().now();
    return new Head(
        false,
        collectionId,
        context.tenant(),
        name,
        schema,
        generationBefore,
        generationBefore + 1,
        collectionId,
        now,
        now,
        0,
        -1,
        Head.Totals.NONE,
        Collections.emptySortedMap(),
        null,
        Head.Collected.NOTHING,
        SegmentTree.EMPTY);
  }

  /**
   * Opens a collection, at the cost of one request.
   *
   * @throws CollectionNotFoundException if there is none
   */
  public VectorCollection open(TenantContext context, CollectionName name) {
    Manifest head = new Commits(bucket, context.namespace(), name).read();
    if (head.head().dropped()) {
      throw new CollectionNotFoundException(name);
    }
    return new VectorCollection(bucket, context, head);
  }

  /**
   * A tenant's collections by name. Costs a listing and one small request a name.
   *
   * @param startAfter only names greater than this, or null for all
   * @param limit at most this many, 1 to 1,000
   */
  public CollectionPage list(TenantContext context, @Nullable String startAfter, int limit) {
    List<CollectionName> names = new ArrayList<>();
    String next = forEach(context, startAfter, limit, (name, head) -> names.add(name));
    return new CollectionPage(names, next);
  }

  /**
   * Shows a tenant's collections by name with their heads, one after another, at the cost of {@link
   * #list}: which read the heads anyway.
   *
   * @param startAfter only names greater than this, or null for all
   * @param limit at most this many, 1 to 1,000
   * @param visitor is given a head, or null where it cannot be read: whoever opens the collection
   *     learns what is wrong
   * @return pass as {@code startAfter} for the next ones; null when there are none
   */
  public @Nullable String forEach(
      TenantContext context,
      @Nullable String startAfter,
      int limit,
      BiConsumer<CollectionName, @Nullable Manifest> visitor) {
    return forEach(context, startAfter, limit, name -> true, visitor);
  }

  /**
   * The same, as if there were only collections of some names. One that is left out costs a
   * thousandth of a listing; its head is not read.
   *
   * @param names tells whether there is a name, as far as the caller may know
   */
  public @Nullable String forEach(
      TenantContext context,
      @Nullable String startAfter,
      int limit,
      Predicate<CollectionName> names,
      BiConsumer<CollectionName, @Nullable Manifest> visitor) {
    if (limit < 1 || limit > LIST_LIMIT_MAX) {
      throw new IllegalArgumentException("limit must be 1 to " + LIST_LIMIT_MAX);
    }
    int shown = 0;
    String last = null;
    String after = startAfter;
    int pageSize = limit;
    do {
      FolderPage page =
          bucket.store().listFolders(context.namespace().collectionsPrefix(), after, pageSize);
      for (String folder : page.names()) {
        CollectionName name = nameOf(folder);
        if (name == null || !names.test(name)) {
          continue;
        }
        if (shown == limit) {
          return last;
        }
        if (show(context, name, visitor)) {
          shown++;
          last = folder;
        }
      }
      after = page.nextStartAfter();
      // The first page had too few: many are left out.
      pageSize = LIST_LIMIT_MAX;
    } while (after != null);
    return null;
  }

  private static @Nullable CollectionName nameOf(String folder) {
    try {
      return new CollectionName(folder);
    } catch (InvalidNameException e) {
      return null; // what somebody else put there is none
    }
  }

  private boolean show(
      TenantContext context,
      CollectionName name,
      BiConsumer<CollectionName, @Nullable Manifest> visitor) {
    Manifest head;
    try {
      head = new Commits(bucket, context.namespace(), name).read();
    } catch (CollectionNotFoundException e) {
      return false;
    } catch (CorruptManifestException | UnsupportedFormatException e) {
      head = null;
    }
    if (head != null && head.head().dropped()) {
      return false;
    }
    visitor.accept(name, head);
    return true;
  }

  /**
   * Drops a collection: at once nobody can open it, read it or commit to it. Its objects are
   * deleted by {@link GarbageCollector#collect}.
   *
   * @throws CollectionNotFoundException if there is none
   * @throws CommitOutcomeUnknownException if it may have been dropped or not
   */
  public void drop(TenantContext context, CollectionName name) {
    new Commits(bucket, context.namespace(), name)
        .commit(
            null,
            base -> {
              if (base.dropped()) {
                throw new CollectionNotFoundException(name);
              }
              return base.asDropped();
            });
  }
}
