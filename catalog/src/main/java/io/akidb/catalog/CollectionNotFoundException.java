package io.akidb.catalog;

import io.akidb.tenancy.CollectionName;

/** There is no such collection, or it was dropped since it was opened. */
public final class CollectionNotFoundException extends CatalogException {
  /** Creates one. */
  public CollectionNotFoundException(CollectionName name) {
    super("there is no collection '" + name + "'");
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
