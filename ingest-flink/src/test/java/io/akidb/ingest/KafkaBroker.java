package io.akidb.ingest;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/** A real broker, its own controller, in this JVM. */
final class KafkaBroker implements AutoCloseable {
  private static final long SECONDS_MAX = 60;

  private final KafkaRaftServer server;
  private final String brokers;
  private final Admin admin;
  private final KafkaProducer<String, String> producer;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();

  private KafkaBroker(KafkaRaftServer server, String brokers) {
    this.server = server;
    this.brokers = brokers;
    this.admin = Admin.create(Map.of("bootstrap.servers", brokers));
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", brokers, "acks", "all", "linger.ms", "5"),
            new StringSerializer(),
            new StringSerializer());
  }

  static KafkaBroker start(Path folder) throws IOException {
    String broker = "127.0.0.1:" + freePort();
    String controller = "127.0.0.1:" + freePort();
    Properties properties = new Properties();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("controller.quorum.voters", "1@" + controller);
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("listeners", "PLAINTEXT://" + broker + ",CONTROLLER://" + controller);
    properties.put("advertised.listeners", "PLAINTEXT://" + broker);
    properties.put("log.dirs", folder.resolve("kafka").toString());
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("offsets.topic.num.partitions", "1");
    properties.put("auto.create.topics.enable", "false");
    // Tests send messages of 1970, which the broker would delete half a minute after its start.
    properties.put("log.retention.ms", "-1");
    Path file = folder.resolve("kafka.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      properties.store(out, null);
    }
    String id = Uuid.randomUuid().toString();
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    String[] format = {"format", "--cluster-id", id, "--config", file.toString()};
    if (StorageTool.execute(format, nowhere) != 0) {
      throw new IllegalStateException("the broker's storage could not be formatted");
    }
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
    server.startup();
    return new KafkaBroker(server, broker);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  String brokers() {
    return brokers;
  }

  void createTopic(String topic, int partitions) throws Exception {
    admin
        .createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
        .all()
        .get(SECONDS_MAX, TimeUnit.SECONDS);
  }

  /** Appends a record; {@link #flush} makes sure of it. */
  void send(
      String topic, int partition, long timestamp, @Nullable String key, @Nullable String value) {
    sent.add(producer.send(new ProducerRecord<>(topic, partition, timestamp, key, value)));
  }

  void flush() throws Exception {
    for (Future<RecordMetadata> record : sent) {
      record.get(SECONDS_MAX, TimeUnit.SECONDS);
    }
    sent.clear();
  }

  /** The offset of each partition that a group goes on from. */
  Map<TopicPartition, OffsetAndMetadata> committed(String group) throws Exception {
    return admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get(SECONDS_MAX, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    producer.close();
    admin.close();
    server.shutdown();
    server.awaitShutdown();
  }
}
