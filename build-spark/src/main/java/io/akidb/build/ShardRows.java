package io.akidb.build;

import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.VectorIndex;
import io.akidb.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import scala.Tuple2;

/**
 * The rows of a shard of the previous index, the only home of what it absorbed: whole, or for rows
 * that stay where they are only what of them is compared. The shard is downloaded into a scratch
 * file, checked against the catalog's checksum and mapped. For one thread.
 */
final class ShardRows implements Iterator<Tuple2<String, Candidate>>, AutoCloseable {
  private final Path file;
  private final VectorIndex index;
  private final InputPiece.Shard shard;
  private int next;

  private ShardRows(Path file, VectorIndex index, InputPiece.Shard shard) {
    this.file = file;
    this.index = index;
    this.shard = shard;
  }

  /** Downloads and opens a shard; {@link #close} deletes the file. */
  static ShardRows open(ObjectStore store, CollectionAddress address, InputPiece.Shard shard)
      throws IOException {
    Path file = Scratch.file("previous-", ".shard");
    try {
      String key =
          address.namespace().shardKey(address.name(), shard.buildId(), shard.shard().partition());
      store.getToFile(key, file);
      if (Files.size(file) != shard.shard().bytes()
          || BuildFiles.crc32c(file) != shard.shard().crc32c()) {
        throw new BuildFailedException(
            "shard "
                + shard.shard().partition()
                + " of the current index is not what the catalog says of it;"
                + " the collection needs repair",
            null);
      }
      VectorIndex index = IndexProvider.of(shard.type().jsonName()).open(file);
      return new ShardRows(file, index, shard);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  @Override
  public boolean hasNext() {
    return next < index.size();
  }

  @Override
  public Tuple2<String, Candidate> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int node = next++;
    if (shard.idsOnly()) {
      return new Tuple2<>(
          index.vectorId(node), Candidate.heldBy(shard.shard().partition(), index.order(node)));
    }
    return new Tuple2<>(index.vectorId(node), row(node));
  }

  /** The whole row of a node. */
  Candidate row(int node) {
    float[] vector = new float[index.schema().dimension()];
    index.vector(node, vector);
    byte[] payload = index.payload(node);
    return Candidate.ofIndex(index.order(node), vector, payload.length == 0 ? null : payload);
  }

  /** The shard; closed by {@link #close}. */
  VectorIndex index() {
    return index;
  }

  /** The shard's file, which {@link #close} deletes. */
  Path file() {
    return file;
  }

  @Override
  public void close() {
    index.close();
    Scratch.delete(file);
  }
}
