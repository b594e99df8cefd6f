package io.akidb.ingest;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a topic before a job reads it: the source itself would wait for a broker that is not
 * there for minutes, and say nothing.
 */
final class KafkaTopic {
  private static final int ANSWER_MS_MAX = 10_000;

  private KafkaTopic() {}

  /**
   * Asks the brokers for the topic.
   *
   * @throws IngestUsageException if there is no such topic, or the brokers' names are none
   * @throws IngestFailedException if no broker answers within ten seconds
   */
  static void require(String brokers, String topic) {
    require(brokers, topic, ANSWER_MS_MAX);
  }

  static void require(String brokers, String topic, int answerMsMax) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", brokers,
            "request.timeout.ms", answerMsMax / 2,
            "default.api.timeout.ms", answerMsMax);
    try (Admin admin = Admin.create(settings)) {
      if (!admin.describeTopics(List.of(topic)).allTopicNames().get().containsKey(topic)) {
        throw noTopic(brokers, topic, null);
      }
    } catch (KafkaException e) {
      throw new IngestUsageException(
          "--kafka: " + brokers + " is no list of brokers as host:9092: " + JobRun.rootMessage(e),
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException
          || e.getCause() instanceof InvalidTopicException) {
        throw noTopic(brokers, topic, e);
      }
      throw new IngestFailedException(
          "--kafka: no broker answers at " + brokers + ": " + JobRun.rootMessage(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IngestFailedException("interrupted", e);
    }
  }

  private static IngestUsageException noTopic(
      String brokers, String topic, @Nullable Exception cause) {
    return new IngestUsageException(
        "--topic: there is no topic '" + topic + "' at " + brokers, cause);
  }
}
