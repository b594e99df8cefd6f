package io.akidb.serving.collection;

import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import io.akidb.serving.shard.BuiltIndex;

/** Makes a generation's index ready to be searched; may download and takes its time. */
@FunctionalInterface
public interface IndexLoader {
  /** The index of a manifest that has one. */
  BuiltIndex load(VectorCollection collection, Manifest manifest);
}
