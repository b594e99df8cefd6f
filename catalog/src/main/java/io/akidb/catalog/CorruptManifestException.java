package io.akidb.catalog;

import org.jspecify.annotations.Nullable;

/** A manifest, a page of it or another object of the catalog is damaged or not one. */
public final class CorruptManifestException extends CatalogException {
  /** Creates one. */
  public CorruptManifestException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
