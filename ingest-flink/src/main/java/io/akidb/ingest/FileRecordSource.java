package io.akidb.ingest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
final class FileRecordSource implements Source<byte[], FileSplit, FileRecordSource.Progress> {
  private static final long serialVersionUID = 1L;

  private final ArrayList<FileSplit> files;
  private final FileReading reading;

  /**
   * What a checkpoint holds of the files that no reader has.
   *
   * @param known paths of all files that the job was ever given
   * @param remaining those that wait for a reader
   */
  record Progress(Set<String> known, List<FileSplit> remaining) {}

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
  public SplitEnumerator<FileSplit, Progress> createEnumerator(
      SplitEnumeratorContext<FileSplit> context) {
    return new Enumerator(context, Set.of(), List.of(), files);
  }

  @Override
  public SplitEnumerator<FileSplit, Progress> restoreEnumerator(
      SplitEnumeratorContext<FileSplit> context, Progress progress) {
    return new Enumerator(context, progress.known(), progress.remaining(), files);
  }

  @Override
  public SimpleVersionedSerializer<FileSplit> getSplitSerializer() {
    return new FileSplit.Serializer();
  }

  @Override
  public SimpleVersionedSerializer<Progress> getEnumeratorCheckpointSerializer() {
    return new ProgressSerializer();
  }

  /** Hands out files to readers that ask. */
  private static final class Enumerator implements SplitEnumerator<FileSplit, Progress> {
    private final SplitEnumeratorContext<FileSplit> context;
    private final Set<String> known;
    private final ArrayDeque<FileSplit> remaining;

    Enumerator(
        SplitEnumeratorContext<FileSplit> context,
        Set<String> known,
        List<FileSplit> remaining,
        List<FileSplit> files) {
      this.context = context;
      this.known = new LinkedHashSet<>(known);
      this.remaining = new ArrayDeque<>(remaining);
      // A start that goes on from a checkpoint may have been given more files than the one before.
      files.stream().filter(file -> this.known.add(file.path())).forEach(this.remaining::add);
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
    public Progress snapshotState(long checkpoint) {
      return new Progress(new LinkedHashSet<>(known), new ArrayList<>(remaining));
    }

    @Override
    public void close() {}
  }

  private static final class ProgressSerializer implements SimpleVersionedSerializer<Progress> {
    private static final int VERSION = 2;

    private final FileSplit.Serializer one = new FileSplit.Serializer();

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(Progress progress) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(progress.known().size());
      for (String path : progress.known()) {
        out.writeUTF(path);
      }
      out.writeInt(progress.remaining().size());
      for (FileSplit split : progress.remaining()) {
        byte[] serialized = one.serialize(split);
        out.writeInt(serialized.length);
        out.write(serialized);
      }
      return bytes.toByteArray();
    }

    @Override
    public Progress deserialize(int version, byte[] bytes) throws IOException {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      if (version != VERSION) {
        throw new IOException("a checkpoint of version " + version + " of this job");
      }
      Set<String> known = new LinkedHashSet<>();
      for (int i = in.readInt(); i > 0; i--) {
        known.add(in.readUTF());
      }
      List<FileSplit> remaining = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        remaining.add(one.deserialize(one.getVersion(), in.readNBytes(in.readInt())));
      }
      return new Progress(known, remaining);
    }
  }
}
