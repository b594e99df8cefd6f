package io.akidb.tenancy.quota;

/**
 * Room within a quota, held while something is written. Closed after what was written has been
 * observed, or has failed; closing twice is no error.
 */
public interface Reservation extends AutoCloseable {
  /** Of nothing. */
  Reservation NONE = () -> {};

  @Override
  void close();
}
