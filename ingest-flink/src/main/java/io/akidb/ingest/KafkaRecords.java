package io.akidb.ingest;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Records of a Kafka topic, as {@link JsonRecordParser} reads them. A record's order is its
 * timestamp unless it names one; records of one id at one millisecond keep the order of their
 * partition. A record without a value, whose key is an id, deletes.
 */
final class KafkaRecords implements KafkaRecordDeserializationSchema<byte[]> {
  private static final long serialVersionUID = 1L;

  private final FileReading reading;
  private transient @Nullable JsonRecordParser parser;

  private KafkaRecords(FileReading reading) {
    this.reading = reading;
  }

  /**
   * A source of a topic, from the group's committed offsets on, otherwise from its beginning.
   *
   * @param bounded whether it ends at what the topic holds when the job starts
   */
  @SuppressWarnings("deprecation") // the connector's own signature
  static Source<byte[], ?, ?> source(
      String brokers, String topic, String group, boolean bounded, FileReading reading) {
    var builder =
        KafkaSource.<byte[]>builder()
            .setBootstrapServers(brokers)
            .setTopics(topic)
            .setGroupId(group)
            .setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
            .setDeserializer(new KafkaRecords(reading));
    return bounded
        ? new BoundedKafkaSource(builder.setBounded(OffsetsInitializer.latest()).build())
        : builder.build();
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> message, Collector<byte[]> out)
      throws IOException {
    Item item = item(message);
    if (reading.wants(item)) {
      out.collect(ItemCodec.encode(item));
    }
  }

  private Item item(ConsumerRecord<byte[], byte[]> message) {
    Item.Origin origin =
        new Item.Origin(
            message.topic(), "partition " + message.partition() + " offset " + message.offset());
    long order = TimeUnit.MILLISECONDS.toMicros(Math.max(0, message.timestamp()));
    byte[] value = message.value();
    if (value == null) {
      return message.key() == null
          ? new Item.DeadLetter("neither key nor value", new byte[0], origin)
          : new Item.Row(
              io.akidb.catalog.VectorRecord.tombstone(
                  new String(message.key(), java.nio.charset.StandardCharsets.UTF_8), order),
              origin);
    }
    JsonRecordParser reader = parser;
    if (reader == null) {
      reader = new JsonRecordParser(reading.tenant());
      parser = reader;
    }
    try {
      return new Item.Row(reader.parse(value, 0, value.length, order), origin);
    } catch (BadRecordException e) {
      return new Item.DeadLetter(
          String.valueOf(e.getMessage()),
          Arrays.copyOf(value, Math.min(value.length, RecordFile.RAW_BYTES_MAX)),
          origin);
    }
  }

  @Override
  public TypeInformation<byte[]> getProducedType() {
    return PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
  }
}
