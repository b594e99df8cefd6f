package io.akidb.bench.engine;

import io.akidb.bench.BenchException;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.VectorStorage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The engines that run in a JVM. */
public final class Engines {
  private static final List<Engine> ALL =
      Stream.of(
              Arrays.stream(Quantization.values())
                  .map(codes -> new AkidbEngine(codes, VectorStorage.AUTO)),
              Stream.of(new AkidbEngine(Quantization.BINARY_NEIGHBOURS, VectorStorage.F16)),
              Stream.of(new JVectorEngine(), new LuceneEngine()))
          .<Engine>flatMap(engines -> engines)
          .toList();

  private Engines() {}

  /** All of them; the first is what the others are compared with. */
  public static List<Engine> all() {
    return ALL;
  }

  /**
   * The engine of a name.
   *
   * @throws BenchException if there is none
   */
  public static Engine of(String name) {
    return ALL.stream()
        .filter(engine -> engine.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new BenchException(
                    "no engine '"
                        + name
                        + "'; there are "
                        + String.join(", ", ALL.stream().map(Engine::name).toList())));
  }
}
