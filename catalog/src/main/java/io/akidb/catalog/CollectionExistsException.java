package io.akidb.catalog;

import io.akidb.tenancy.CollectionName;

/** The name is taken. */
public final class CollectionExistsException extends CatalogException {
  /** Creates one. */
  public CollectionExistsException(CollectionName name) {
    super("the collection '" + name + "' exists already");
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
