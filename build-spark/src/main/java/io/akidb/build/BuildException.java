package io.akidb.build;

import org.jspecify.annotations.Nullable;

/**
 * The root of what a build throws besides the catalog's, the index's and the store's own
 * exceptions.
 */
public abstract sealed class BuildException extends RuntimeException
    permits BuildFailedException, BuildUsageException, CountMismatchException {
  BuildException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
