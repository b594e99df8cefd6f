package io.akidb.diskann;

/** A vector that cannot be indexed or searched for. */
public final class InvalidVectorException extends IllegalArgumentException {
  /** Names the vector and what is wrong with it. */
  public InvalidVectorException(String message) {
    super(message);
  }
}
