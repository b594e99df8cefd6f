/**
 * The {@code akidb} command: talks to a node by REST, and starts node, Flink job and Spark job as
 * processes, each with its own class path.
 */
@NullMarked
package io.akidb.cli;

import org.jspecify.annotations.NullMarked;
