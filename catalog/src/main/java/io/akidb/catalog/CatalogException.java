package io.akidb.catalog;

import org.jspecify.annotations.Nullable;

/**
 * The root of what this room throws. Failures of the bucket itself pass through as {@link
 * io.akidb.objectstore.ObjectStoreException}.
 */
public abstract sealed class CatalogException extends RuntimeException
    permits BuildNotFoundException,
        BuildSupersededException,
        CollectionExistsException,
        CollectionNotFoundException,
        CommitContentionException,
        CommitOutcomeUnknownException,
        CorruptManifestException,
        CorruptSegmentException,
        GenerationNotFoundException,
        IncompleteBuildException,
        InvalidCommitTokenException,
        InvalidIndexParametersException,
        InvalidSchemaException,
        LeaseLostException,
        SegmentMissingException,
        TooManyBuildsException,
        TooManyWritersException,
        UnsupportedFormatException,
        WriterFencedException {
  CatalogException(String message) {
    super(message);
  }

  CatalogException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whether the same call may succeed later without anybody changing anything. */
  public abstract boolean isRetryable();
}
