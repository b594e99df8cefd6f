package io.akidb.catalog;

import java.io.IOException;

/** Bytes that cannot be what they should; becomes a typed {@link CatalogException} further out. */
final class MalformedException extends IOException {
  MalformedException(String message) {
    super(message);
  }
}
