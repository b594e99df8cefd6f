/**
 * What is in a collection: its schema, the manifest and its generations, segments of fresh records,
 * the built index, requests for builds, and garbage collection. {@link io.akidb.catalog.Catalog} is
 * the door; the format of what it keeps in the bucket is in {@code catalog/spec/manifest-v1.md}.
 */
@NullMarked
package io.akidb.catalog;

import org.jspecify.annotations.NullMarked;
