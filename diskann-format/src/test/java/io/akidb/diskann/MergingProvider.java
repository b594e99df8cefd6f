package io.akidb.diskann;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds every shard by a merge: of half of the rows, built with others that are then deleted or
 * replaced, and the other half. What comes out has to keep to the contracts as a fresh build does.
 */
public final class MergingProvider implements IndexProvider {
  private final IndexProvider provider;

  public MergingProvider(IndexProvider provider) {
    this.provider = provider;
  }

  @Override
  public String type() {
    return provider.type();
  }

  @Override
  public VectorIndex open(Path file) {
    return provider.open(file);
  }

  @Override
  public ShardMerge merge(
      VectorIndex base,
      IndexSchema schema,
      BuildParameters parameters,
      @Nullable PqCodebook trained,
      Path workDirectory) {
    return provider.merge(base, schema, parameters, trained, workDirectory);
  }

  @Override
  public IndexBuilder builder(
      IndexSchema schema,
      BuildParameters parameters,
      @Nullable PqCodebook trained,
      Path workDirectory) {
    IndexBuilder old = provider.builder(schema, parameters, trained, workDirectory);
    IndexBuilder checking = provider.builder(schema, parameters, trained, workDirectory);
    return new IndexBuilder() {
      private final List<IndexRecord> fresh = new ArrayList<>();
      private final List<String> deleted = new ArrayList<>();
      private int count;
      private boolean built;

      @Override
      public void add(IndexRecord item) {
        if (built) {
          throw new IllegalStateException("built already");
        }
        checking.add(item);
        if (count % 2 == 0) {
          old.add(item);
        } else {
          fresh.add(item);
        }
        if (count % 2 == 1 && count % 7 == 3) {
          // The old shard's is of no account: it is replaced.
          old.add(new IndexRecord(item.vectorId(), 1, item.vector(), new byte[1], Map.of()));
        }
        if (count % 5 == 0) {
          old.add(
              new IndexRecord(
                  "deleted-" + count, 0, item.vector(), new byte[0], item.attributes()));
          deleted.add("deleted-" + count);
        }
        count++;
      }

      @Override
      public int size() {
        return count;
      }

      @Override
      public BuildReport build(Path output, BuildProgress progress) {
        if (built) {
          throw new IllegalStateException("built already");
        }
        built = true;
        try (TemporaryFile file = new TemporaryFile(workDirectory.resolve("old.shard"))) {
          old.build(file.path(), BuildProgress.NONE);
          return merge(file.path(), output, progress);
        }
      }

      private BuildReport merge(Path file, Path output, BuildProgress progress) {
        try (VectorIndex base = provider.open(file);
            ShardMerge merge = provider.merge(base, schema, parameters, trained, workDirectory)) {
          deleted.forEach(merge::delete);
          fresh.forEach(merge::add);
          return merge.build(output, progress);
        }
      }

      @Override
      public void close() {
        old.close();
        checking.close();
      }
    };
  }

  private record TemporaryFile(Path path) implements AutoCloseable {
    @Override
    public void close() {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
