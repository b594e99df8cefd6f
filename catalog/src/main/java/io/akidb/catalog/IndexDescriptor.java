package io.akidb.catalog;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Everything of a build that is needed to open it. Immutable.
 *
 * @param buildId below which its objects lie
 * @param shards at most {@value #SHARDS_MAX}
 * @param parameters what the build was made with, as text, for people and for {@code explain}; at
 *     most {@value #PARAMETERS_MAX}
 */
public record IndexDescriptor(UUID buildId, List<ShardRef> shards, Map<String, String> parameters) {
  /** Most shards of one build. */
  public static final int SHARDS_MAX = 1_000_000;

  /** Most parameters. */
  public static final int PARAMETERS_MAX = 256;

  /** Checks and copies. */
  public IndexDescriptor {
    if (shards.size() > SHARDS_MAX || parameters.size() > PARAMETERS_MAX) {
      throw new IllegalArgumentException(
          shards.size() + " shards, " + parameters.size() + " parameters: too many");
    }
    shards = List.copyOf(shards);
    parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
  }
}
