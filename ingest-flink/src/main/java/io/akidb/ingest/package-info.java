/**
 * The streaming job: records from files or Kafka are checked and committed to a collection, each
 * exactly once.
 *
 * <p>Three steps. A source reads {@link io.akidb.ingest.Item}s: records, or dead letters with a
 * reason. {@link io.akidb.ingest.StageOperator}s, one id always the same one, write them to
 * segments, upload these before a checkpoint and pass on what they staged. The one {@link
 * io.akidb.ingest.CommitOperator} commits all of a checkpoint as one generation when that
 * checkpoint is complete, under a fencing epoch and a number that only grows, so that neither a
 * replay nor a zombie commits anything twice.
 */
@NullMarked
package io.akidb.ingest;

import org.jspecify.annotations.NullMarked;
