package io.akidb.ingest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads files, each by one reader, in the order of their names; a checkpoint remembers the row of
 * each.
 */
final class FileRecordSource implements Source<byte[], FileSplit, List<FileSplit>> {
  private static final long serialVersionUID = 1L;

  private final ArrayList<FileSplit> files;
  private final FileReading reading;

  FileRecordSource(List<FileSplit> files, FileReading reading) {
    this.files = new ArrayList<>(files);
    this.reading = reading;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<byte[], FileSplit> createReader(SourceReaderContext context) {
    return new FileRecordReader(context, reading);
  }

  @Override
  public SplitEnumerator<FileSplit, List<FileSplit>> createEnumerator(
      SplitEnumeratorContext<FileSplit> context) {
    return new Enumerator(context, files);
  }

  @Override
  public SplitEnumerator<FileSplit, List<FileSplit>> restoreEnumerator(
      SplitEnumeratorContext<FileSplit> context, List<FileSplit> remaining) {
    return new Enumerator(context, remaining);
  }

  @Override
  public SimpleVersionedSerializer<FileSplit> getSplitSerializer() {
    return new FileSplit.Serializer();
  }

  @Override
  public SimpleVersionedSerializer<List<FileSplit>> getEnumeratorCheckpointSerializer() {
    return new RemainingSerializer();
  }

  /** Hands out files to readers that ask. */
  private static final class Enumerator implements SplitEnumerator<FileSplit, List<FileSplit>> {
    private final SplitEnumeratorContext<FileSplit> context;
    private final ArrayDeque<FileSplit> remaining;

    Enumerator(SplitEnumeratorContext<FileSplit> context, List<FileSplit> remaining) {
      this.context = context;
      this.remaining = new ArrayDeque<>(remaining);
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int reader, @Nullable String host) {
      if (!context.registeredReaders().containsKey(reader)) {
        return;
      }
      FileSplit next = remaining.poll();
      if (next == null) {
        context.signalNoMoreSplits(reader);
      } else {
        context.assignSplit(next, reader);
      }
    }

    @Override
    public void addSplitsBack(List<FileSplit> splits, int reader) {
      splits.forEach(remaining::addFirst);
    }

    @Override
    public void addReader(int reader) {}

    @Override
    public List<FileSplit> snapshotState(long checkpoint) {
      return new ArrayList<>(remaining);
    }

    @Override
    public void close() {}
  }

  private static final class RemainingSerializer
      implements SimpleVersionedSerializer<List<FileSplit>> {
    private final FileSplit.Serializer one = new FileSplit.Serializer();

    @Override
    public int getVersion() {
      return one.getVersion();
    }

    @Override
    public byte[] serialize(List<FileSplit> splits) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(splits.size());
      for (FileSplit split : splits) {
        byte[] serialized = one.serialize(split);
        out.writeInt(serialized.length);
        out.write(serialized);
      }
      return bytes.toByteArray();
    }

    @Override
    public List<FileSplit> deserialize(int version, byte[] bytes) throws IOException {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      int count = in.readInt();
      List<FileSplit> splits = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        splits.add(one.deserialize(version, in.readNBytes(in.readInt())));
      }
      return splits;
    }
  }
}
