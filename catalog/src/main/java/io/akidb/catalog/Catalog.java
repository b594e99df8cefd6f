package io.akidb.catalog;

import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The tenants' collections in one bucket. Safe for many threads at once; holds nothing to close.
 */
public final class Catalog {
  private final ObjectStore store;
  private final Clock clock;

  /** Over a bucket that the caller closes. */
  public Catalog(ObjectStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Creates an empty collection.
   *
   * @throws CollectionExistsException if the name is taken
   */
  public VectorCollection create(
      TenantContext context, CollectionName name, CollectionSchema schema) {
    throw new UnsupportedOperationException(name + " " + schema + store + clock);
  }

  /**
   * Opens a collection, at the cost of one request.
   *
   * @throws CollectionNotFoundException if there is none
   */
  public VectorCollection open(TenantContext context, CollectionName name) {
    throw new UnsupportedOperationException();
  }

  /**
   * A tenant's collections by name.
   *
   * @param startAfter only names greater than this, or null for all
   * @param limit at most this many, 1 to 1,000
   */
  public CollectionPage list(TenantContext context, @Nullable String startAfter, int limit) {
    throw new UnsupportedOperationException();
  }

  /**
   * Drops a collection: at once nobody can open it, read it or commit to it.
   *
   * @throws CollectionNotFoundException if there is none
   */
  public void drop(TenantContext context, CollectionName name) {
    throw new UnsupportedOperationException();
  }
}
