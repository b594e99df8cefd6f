/** A MinIO as a process of its own, and what keeping its policies and users in step takes. */
@NullMarked
package io.akidb.bench.identities;

import org.jspecify.annotations.NullMarked;
