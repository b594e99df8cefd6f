/**
 * Version 1 of the shard file, as {@code spec/v1.md} has it byte by byte: how it is written and how
 * it is read where it lies.
 */
@NullMarked
package io.akidb.diskann.format.v1;

import org.jspecify.annotations.NullMarked;
