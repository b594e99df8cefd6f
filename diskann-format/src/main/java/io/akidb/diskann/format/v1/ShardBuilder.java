package io.akidb.diskann.format.v1;

import io.akidb.diskann.BuildMemory;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.BuildReport;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;

/** What the builders of all kinds share: checked vectors go to a spill, and once into a file. */
public abstract class ShardBuilder implements IndexBuilder {
  /** The part of the memory that attributes may take, one out of so many. */
  private static final int ATTRIBUTES_SHARE = 8;

  private final IndexSchema schema;
  private final BuildParameters parameters;
  private final AttributeChecks checks;
  private final Spill spill;
  private final AttributeColumns columns;
  private boolean built;

  public ShardBuilder(IndexSchema schema, BuildParameters parameters, Path workDirectory) {
    this.schema = schema;
    this.parameters = parameters;
    this.checks = new AttributeChecks(schema);
    this.columns =
        new AttributeColumns(
            schema, workDirectory, parameters.buildMemoryBytesMax() / ATTRIBUTES_SHARE);
    this.spill = new Spill(schema, workDirectory);
  }

  @Override
  public void add(IndexRecord item) {
    if (built) {
      throw new IllegalStateException("the shard was built already");
    }
    // First, so that a record is taken whole or not at all.
    checks.check(item.attributes());
    columns.add(spill.add(item), item.attributes());
  }

  @Override
  public int size() {
    return spill.size();
  }

  @Override
  public final BuildReport build(Path output, BuildProgress progress) {
    if (built) {
      throw new IllegalStateException("the shard was built already");
    }
    BuildMemory.requireEnough(schema, parameters, size());
    built = true;
    try {
      complete(spill, columns, progress);
      spill.map();
      return write(output, spill, columns, progress);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof ClosedByInterruptException) {
        throw (CancellationException)
            new CancellationException("the build was interrupted").initCause(e);
      }
      throw e;
    }
  }

  /** Adds what comes from elsewhere than {@link #add}. */
  protected void complete(Spill into, AttributeColumns intoColumns, BuildProgress progress) {}

  public abstract BuildReport write(
      Path output, Spill spill, AttributeColumns columns, BuildProgress progress);

  @Override
  public final void close() {
    try (columns) {
      spill.close();
    }
  }
}
