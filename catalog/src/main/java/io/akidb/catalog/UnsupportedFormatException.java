package io.akidb.catalog;

/** An object was written by a newer version than this one reads. */
public final class UnsupportedFormatException extends CatalogException {
  /** Creates one. */
  public UnsupportedFormatException(String what, long version, long supported) {
    super(
        what
            + " has format version "
            + version
            + ", this version reads up to "
            + supported
            + "; upgrade");
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
