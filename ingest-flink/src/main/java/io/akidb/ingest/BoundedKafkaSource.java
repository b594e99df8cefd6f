package io.akidb.ingest;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded source of Kafka that also ends when it goes on from a checkpoint. The connector's own
 * waits for ever then, since its enumerator tells readers that nothing more will come only when it
 * has found a new partition (FLINK-31006, FLINK-33466).
 */
final class BoundedKafkaSource
    implements Source<byte[], KafkaPartitionSplit, KafkaSourceEnumState> {
  private static final long serialVersionUID = 1L;

  private final KafkaSource<byte[]> kafka;

  BoundedKafkaSource(KafkaSource<byte[]> kafka) {
    this.kafka = kafka;
  }

  @Override
  public Boundedness getBoundedness() {
    return kafka.getBoundedness();
  }

  @Override
  public SourceReader<byte[], KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    return kafka.createReader(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return kafka.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
      throws IOException {
    return new Restored(context, kafka.restoreEnumerator(context, state));
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return kafka.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
    return kafka.getEnumeratorCheckpointSerializer();
  }

  /** Tells readers that nothing more will come, once partitions were looked for. */
  private static final class Restored
      implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
    private final SplitEnumeratorContext<KafkaPartitionSplit> context;
    private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> kafka;
    private boolean complete;

    Restored(
        SplitEnumeratorContext<KafkaPartitionSplit> context,
        SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> kafka) {
      this.context = context;
      this.kafka = kafka;
    }

    @Override
    public void start() {
      kafka.start();
      // Calls are answered in turn: behind this one partitions are known, and behind the one in it
      // their splits are.
      afterCalls(() -> afterCalls(this::complete));
    }

    private void afterCalls(Runnable then) {
      context.callAsync(
          () -> true,
          (answer, failure) -> {
            if (failure != null) {
              throw new IngestFailedException("Kafka's partitions are not known", failure);
            }
            then.run();
          });
    }

    private void complete() {
      complete = true;
      context.registeredReaders().keySet().forEach(context::signalNoMoreSplits);
    }

    @Override
    public void addReader(int reader) {
      kafka.addReader(reader);
      if (complete) {
        context.signalNoMoreSplits(reader);
      }
    }

    @Override
    public void handleSplitRequest(int reader, @Nullable String host) {
      kafka.handleSplitRequest(reader, host);
    }

    @Override
    public void addSplitsBack(List<KafkaPartitionSplit> splits, int reader) {
      kafka.addSplitsBack(splits, reader);
    }

    @Override
    public void handleSourceEvent(int reader, SourceEvent event) {
      kafka.handleSourceEvent(reader, event);
    }

    @Override
    public KafkaSourceEnumState snapshotState(long checkpoint) throws Exception {
      return kafka.snapshotState(checkpoint);
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) throws Exception {
      kafka.notifyCheckpointComplete(checkpoint);
    }

    @Override
    public void close() throws IOException {
      kafka.close();
    }
  }
}
