package io.akidb.catalog;

import java.io.Serializable;

/**
 * The right of one incarnation of a writer to commit.
 *
 * @param writer its stable name, 1 to 128 characters out of {@code A-Z a-z 0-9 . _ : -}
 * @param epoch grows with each incarnation; only the newest may commit
 * @param lastCheckpoint the greatest that was committed under this name, -1 for none
 */
public record WriterEpoch(String writer, long epoch, long lastCheckpoint) implements Serializable {}
