package io.akidb.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to run.
 *
 * @param home folder of data sets, indexes and logs
 * @param java the JVM that runs engines
 * @param engines by name, in order
 * @param threads that build
 * @param rounds measurements of each point
 * @param millis the least time that a measurement takes
 * @param warmMillis how long each curve is warmed up
 * @param heap of each engine's JVM, as {@code 4g}
 * @param reuse engines of which an index of an earlier run is taken
 * @param filters shares of rows that filters accept; empty for no filtered searches
 * @param isCold whether to search with nothing in memory, too
 * @param natives engines that are not of the JVM; null for none
 */
record RunOptions(
    Path home,
    Path java,
    List<String> engines,
    int threads,
    int rounds,
    int millis,
    int warmMillis,
    String heap,
    Set<String> reuse,
    List<Double> filters,
    boolean isCold,
    @Nullable NativeEngines natives) {}
