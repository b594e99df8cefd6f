package io.akidb.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which page of a list. */
public final class PageOptions {
  @Option(
      names = "--limit",
      defaultValue = "100",
      paramLabel = "N",
      description = "Most of a page; 100.")
  private int limit;

  @Option(
      names = "--cursor",
      paramLabel = "TEXT",
      description = "The page that an earlier one named as its next.")
  private @Nullable String cursor;

  String path(String list) {
    return Paging.path(list, limit, cursor);
  }
}
