/** Node, Flink job and Spark job as processes of their own, each owned by who started it. */
@NullMarked
package io.akidb.cli.process;

import org.jspecify.annotations.NullMarked;
