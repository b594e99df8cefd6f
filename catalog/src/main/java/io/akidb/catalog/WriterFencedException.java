package io.akidb.catalog;

/** A newer incarnation of the writer has taken over; this one must stop. */
public final class WriterFencedException extends CatalogException {
  /** Creates one. */
  public WriterFencedException(String writer, long epoch, long current) {
    super("writer '" + writer + "' holds epoch " + epoch + ", the current one is " + current);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
