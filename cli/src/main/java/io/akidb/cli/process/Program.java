package io.akidb.cli.process;

/** A module that is started as a process. */
public enum Program {
  /** The node. */
  NODE("serving", "io.akidb.serving.AkidbNode"),
  /** The Flink job, in process. */
  INGEST("ingest-flink", "io.akidb.ingest.IngestJob"),
  /** The Spark job, in process. */
  BUILD("build-spark", "io.akidb.build.BuildJob"),
  /** Policies of the store, and the audit log. */
  POLICIES("policies", "io.akidb.policies.command.PoliciesTool");

  private final String module;
  private final String mainClass;

  Program(String module, String mainClass) {
    this.module = module;
    this.mainClass = mainClass;
  }

  /** The folder of its module. */
  String module() {
    return module;
  }

  String mainClass() {
    return mainClass;
  }
}
