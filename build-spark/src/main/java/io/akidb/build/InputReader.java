package io.akidb.build;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.SegmentReader;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.TaskContext;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Reads a piece of the input on an executor, row by row: segments through Hadoop's file systems,
 * shards and tombstones through the object store. What it opens is closed when the task ends,
 * however it ends. For one thread.
 */
final class InputReader implements Iterator<Tuple2<String, Candidate>>, AutoCloseable {
  private static final int ROWS_PER_COUNT = 256;

  /** Rows out of one object; reading the last one checks the object's checksum. */
  private interface Rows extends AutoCloseable {
    /** The next row, or null at the end. */
    @Nullable Tuple2<String, Candidate> next();

    @Override
    void close();
  }

  /** Opens the next object when its turn comes, so that one at a time is open. */
  private interface Source {
    Rows open() throws IOException;
  }

  private final LongAccumulator rowsRead;
  private final Deque<Source> sources = new ArrayDeque<>();
  private final Deque<AutoCloseable> shared = new ArrayDeque<>();
  private @Nullable Rows current;
  private @Nullable Tuple2<String, Candidate> row;
  private int uncounted;

  private InputReader(LongAccumulator rowsRead) {
    this.rowsRead = rowsRead;
  }

  /** Opens a piece; within a Spark task it is closed at the task's end. */
  static InputReader open(
      InputPiece piece,
      StoreAccess access,
      CollectionAddress address,
      CollectionSchema schema,
      LongAccumulator rowsRead) {
    InputReader reader = new InputReader(rowsRead);
    TaskContext task = TaskContext.get();
    if (task != null) {
      task.addTaskCompletionListener((TaskCompletionListener) ended -> reader.close());
    }
    try {
      switch (piece) {
        case InputPiece.Segments segments ->
            reader.readSegments(segments.segments(), access, address, schema);
        case InputPiece.Shard shard -> {
          ObjectStore store = reader.share(access.open());
          reader.sources.add(() -> shardRows(ShardRows.open(store, address, shard)));
        }
        case InputPiece.Tombstones tombstones -> {
          ObjectStore store = reader.share(access.open());
          reader.sources.add(
              () -> {
                VectorCollection collection =
                    new Catalog(store, Clock.systemUTC()).open(address.context(), address.name());
                return segmentRows(
                    collection
                        .readTombstones(collection.at(tombstones.generation()))
                        .orElseThrow(
                            () ->
                                new BuildFailedException(
                                    "generation "
                                        + tombstones.generation()
                                        + " lists tombstones that are not there",
                                    null)),
                    Candidate.FROM_INDEX);
              });
        }
      }
      return reader;
    } catch (IOException e) {
      reader.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private void readSegments(
      List<SegmentRef> segments,
      StoreAccess access,
      CollectionAddress address,
      CollectionSchema schema)
      throws IOException {
    FileSystem files = share(access.fileSystem());
    for (SegmentRef segment : segments) {
      String key = address.namespace().segmentKey(address.name(), segment.segment().id());
      sources.add(
          () ->
              segmentRows(
                  SegmentReader.of(files.open(access.path(key)), segment.segment(), schema),
                  segment.sequence()));
    }
  }

  private <T extends AutoCloseable> T share(T resource) {
    shared.push(resource);
    return resource;
  }

  private static Rows segmentRows(SegmentReader reader, long sequence) {
    return new Rows() {
      private long position;

      @Override
      public @Nullable Tuple2<String, Candidate> next() {
        if (!reader.hasNext()) {
          return null;
        }
        VectorRecord read = reader.next();
        Candidate candidate =
            sequence == Candidate.FROM_INDEX
                ? Candidate.ofCarriedTombstone(read.order())
                : Candidate.ofSegment(
                    read.order(), sequence, position, read.vector(), read.payload());
        position++;
        return new Tuple2<>(read.id(), candidate);
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }

  private static Rows shardRows(ShardRows shard) {
    return new Rows() {
      @Override
      public @Nullable Tuple2<String, Candidate> next() {
        return shard.hasNext() ? shard.next() : null;
      }

      @Override
      public void close() {
        shard.close();
      }
    };
  }

  @Override
  public boolean hasNext() {
    while (row == null) {
      if (current == null) {
        Source source = sources.poll();
        if (source == null) {
          count(uncounted);
          return false;
        }
        try {
          current = source.open();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      row = current.next();
      if (row == null) {
        current.close();
        current = null;
      }
    }
    return true;
  }

  @Override
  public Tuple2<String, Candidate> next() {
    if (!hasNext() || row == null) {
      throw new NoSuchElementException();
    }
    Tuple2<String, Candidate> result = row;
    row = null;
    if (++uncounted == ROWS_PER_COUNT) {
      count(uncounted);
    }
    return result;
  }

  private void count(int rows) {
    rowsRead.add(rows);
    uncounted = 0;
  }

  @Override
  public void close() {
    sources.clear();
    row = null;
    if (current != null) {
      current.close();
      current = null;
    }
    while (!shared.isEmpty()) {
      try {
        shared.pop().close();
      } catch (Exception e) {
        System.getLogger(InputReader.class.getName())
            .log(System.Logger.Level.WARNING, "closing what a task read from failed", e);
      }
    }
  }
}
