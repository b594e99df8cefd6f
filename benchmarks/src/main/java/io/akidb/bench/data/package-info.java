/**
 * Data sets: reading the usual file formats, generating, exact neighbours, and a cache of all that.
 */
@NullMarked
package io.akidb.bench.data;

import org.jspecify.annotations.NullMarked;
