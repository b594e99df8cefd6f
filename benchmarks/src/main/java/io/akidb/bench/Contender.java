package io.akidb.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.bench.data.PreparedData;
import io.akidb.bench.engine.Ask;
import io.akidb.bench.engine.BuildCost;
import io.akidb.bench.engine.EngineProcess;
import io.akidb.bench.engine.EngineWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** An engine that takes part in a run: built, then searched; one of the JVM by a fresh JVM. */
final class Contender implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COSTS = "costs.json";

  private final EngineProcess process;
  private final Ask.Description description;
  private final Map<String, BuildCost> costs;
  private final boolean isReused;

  private Contender(EngineProcess process, Map<String, BuildCost> costs, boolean isReused) {
    this.process = process;
    this.costs = costs;
    this.isReused = isReused;
    this.description = process.describe();
  }

  /**
   * Builds an engine's index, unless an earlier one may be taken, and opens it.
   *
   * @param folder for this engine and data set
   * @param progress is told what is done
   */
  static Contender ofJvm(
      String engine,
      PreparedData data,
      Path folder,
      RunOptions options,
      Consumer<String> progress) {
    List<String> command = new ArrayList<>();
    command.add(options.java().toString());
    command.addAll(jvmOptions(options.heap()));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(EngineWorker.class.getName());
    command.add(engine);
    command.add(data.folder().toString());
    command.add(folder.resolve("index").toString());
    Path log = folder.resolve("log");
    Path costsFile = folder.resolve(COSTS);
    try {
      boolean isReused = options.reuse().contains(engine) && Files.exists(costsFile);
      if (isReused) {
        progress.accept(engine + ": taking the index of an earlier run");
      } else {
        progress.accept(engine + ": building by " + options.threads() + " threads");
        delete(folder);
        Files.createDirectories(folder.resolve("index"));
        try (EngineProcess builder = new EngineProcess(command, Map.of(), log)) {
          JSON.writeValue(costsFile.toFile(), builder.build(options.threads()));
        }
      }
      Map<String, BuildCost> costs = JSON.readValue(costsFile.toFile(), new TypeReference<>() {});
      return new Contender(new EngineProcess(command, Map.of(), log), costs, isReused);
    } catch (IOException e) {
      throw new BenchException("cannot use " + folder + ": " + e, e);
    }
  }

  /**
   * Builds and opens a native engine: one process, since not all of them open what they saved.
   *
   * @param folder for this engine and data set
   */
  static Contender ofNative(
      String engine, List<String> worker, PreparedData data, Path folder, int threads) {
    try {
      delete(folder);
      Path index = Files.createDirectories(folder.resolve("index"));
      List<String> command = new ArrayList<>(worker);
      command.addAll(List.of(engine, data.folder().toString(), index.toString()));
      EngineProcess process = new EngineProcess(command, Map.of(), folder.resolve("log"));
      try {
        return new Contender(process, process.build(threads), false);
      } catch (BenchException e) {
        process.close();
        throw e;
      }
    } catch (IOException e) {
      throw new BenchException("cannot use " + folder + ": " + e, e);
    }
  }

  /** The same for every engine; what a library asks for is open to all. */
  static List<String> jvmOptions(String heap) {
    return List.of(
        "-Xms" + heap,
        "-Xmx" + heap,
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow");
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  EngineProcess process() {
    return process;
  }

  Ask.Description description() {
    return description;
  }

  BuildCost cost(String mode) {
    BuildCost cost = costs.get(mode);
    if (cost == null) {
      throw new BenchException(description.engine() + " did not build for its mode " + mode);
    }
    return cost;
  }

  boolean isReused() {
    return isReused;
  }

  @Override
  public void close() {
    process.close();
  }
}
