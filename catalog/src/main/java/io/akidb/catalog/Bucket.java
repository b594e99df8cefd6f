package io.akidb.catalog;

import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.OutcomeUnknownException;
import io.akidb.objectstore.PreconditionFailedException;
import java.nio.file.Path;

/** Writes of objects whose content follows from their key, which may be repeated at will. */
record Bucket(ObjectStore store, Surroundings surroundings) {
  private static final int ATTEMPTS = 8;

  /**
   * Puts, and again when the answer is lost.
   *
   * @throws OutcomeUnknownException when every answer was
   */
  void put(String key, byte[] content) {
    repeat(() -> store.put(key, content));
  }

  /** Like {@link #put}, from a file. */
  void putFile(String key, Path file) {
    repeat(() -> store.putFile(key, file));
  }

  /**
   * Puts under a key that nobody else creates, for an object that is changed later: a put whose
   * answer was lost must not undo such a change when it comes late.
   */
  void putNew(String key, byte[] content) {
    repeat(
        () -> {
          try {
            store.putIfAbsent(key, content);
          } catch (PreconditionFailedException e) {
            // Ours, of an earlier attempt.
          }
        });
  }

  /** Deletes what nobody needs; when the answer is lost, the next run looks again. */
  boolean delete(String key) {
    try {
      store.delete(key);
      return true;
    } catch (OutcomeUnknownException e) {
      return false;
    }
  }

  private void repeat(Runnable write) {
    for (int attempt = 0; ; attempt++) {
      try {
        write.run();
        return;
      } catch (OutcomeUnknownException e) {
        if (attempt + 1 >= ATTEMPTS || !surroundings.backOff(attempt)) {
          throw e;
        }
      }
    }
  }
}
