package io.akidb.ingest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.jspecify.annotations.Nullable;

/** Reads one file after the other, one row a poll. */
final class FileRecordReader implements SourceReader<byte[], FileSplit> {
  private final SourceReaderContext context;
  private final FileReading reading;
  private final ArrayDeque<FileSplit> waiting = new ArrayDeque<>();
  private CompletableFuture<Void> available = new CompletableFuture<>();
  private @Nullable FileSplit current;
  private @Nullable RecordFile file;
  private boolean noMore;

  FileRecordReader(SourceReaderContext context, FileReading reading) {
    this.context = context;
    this.reading = reading;
  }

  @Override
  public void start() {
    if (waiting.isEmpty()) {
      context.sendSplitRequest();
    }
  }

  @Override
  public InputStatus pollNext(ReaderOutput<byte[]> output) {
    RecordFile open = file;
    if (open == null) {
      FileSplit next = waiting.poll();
      if (next == null) {
        return noMore ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
      }
      current = next;
      file = reading.open(next);
      return InputStatus.MORE_AVAILABLE;
    }
    Item item = open.next();
    if (item == null) {
      open.close();
      file = null;
      current = null;
      if (waiting.isEmpty() && !noMore) {
        available = new CompletableFuture<>();
        context.sendSplitRequest();
        return InputStatus.NOTHING_AVAILABLE;
      }
      return InputStatus.MORE_AVAILABLE;
    }
    if (reading.wants(item)) {
      output.collect(ItemCodec.encode(item));
    }
    return InputStatus.MORE_AVAILABLE;
  }

  @Override
  public List<FileSplit> snapshotState(long checkpoint) {
    List<FileSplit> splits = new ArrayList<>(waiting);
    if (current != null && file != null) {
      splits.add(0, current.at(file.rowsDone()));
    }
    return splits;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return available;
  }

  @Override
  public void addSplits(List<FileSplit> splits) {
    waiting.addAll(splits);
    available.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    noMore = true;
    available.complete(null);
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
