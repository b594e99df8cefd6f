package io.akidb.build;

import org.apache.spark.SparkConf;

/**
 * What the job needs of Spark. What spark-submit or its configuration file set is kept, except for
 * the serializer, which the job's classes rely on, and speculation, which would build a shard
 * twice.
 */
final class SparkSettings {
  private SparkSettings() {}

  /**
   * Adds the job's settings to what was submitted; without a master the job runs in this JVM on all
   * cores.
   */
  static SparkConf complete(SparkConf submitted) {
    SparkConf conf = submitted.clone();
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.app.name", "akidb-build");
    boolean local = conf.get("spark.master").startsWith("local");
    if (local) {
      // A laptop's host name often resolves to nothing; nobody else has to reach this driver.
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    conf.setIfMissing("spark.log.level", "WARN");
    // The progress of running tasks comes with heartbeats.
    conf.setIfMissing("spark.executor.heartbeatInterval", "1s");
    conf.setIfMissing("spark.driver.maxResultSize", "1g");
    conf.setIfMissing("spark.cleaner.periodicGC.interval", "10min");
    conf.set("spark.speculation", "false");
    conf.set("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    conf.set("spark.kryo.registrator", KryoTypes.class.getName());
    return conf;
  }
}
