/** Writes by REST: many callers share one durable commit. */
@NullMarked
package io.akidb.serving.ingest;

import org.jspecify.annotations.NullMarked;
