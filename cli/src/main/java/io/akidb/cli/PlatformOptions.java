package io.akidb.cli;

import picocli.CommandLine.Option;

/** Whether the platform's operators are meant rather than a tenant's own. */
public final class PlatformOptions {
  @Option(
      names = "--platform",
      description = "The platform's operators and their keys, which belong to no tenant.")
  private boolean platform;

  /** A path with what else stands behind its question mark. */
  String path(String path) {
    return platform ? Paging.with(path, "platform=true") : path;
  }
}
