package io.akidb.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Libraries that are not of the JVM, run by Python workers; see {@code benchmarks/native}. */
final class NativeEngines {
  /** The package that each engine needs. */
  private static final Map<String, String> PACKAGES = new LinkedHashMap<>();

  static {
    PACKAGES.put("faiss-ivf", "faiss-cpu");
    PACKAGES.put("faiss-hnsw", "faiss-cpu");
    PACKAGES.put("hnswlib", "hnswlib");
    PACKAGES.put("scann", "scann");
    PACKAGES.put("svs", "scalable-vs");
  }

  private final Path scripts;
  private final String python;
  private final List<String> missing;

  private NativeEngines(Path scripts, String python, List<String> missing) {
    this.scripts = scripts;
    this.python = python;
    this.missing = missing;
  }

  /** All that there may be. */
  static List<String> names() {
    return List.copyOf(PACKAGES.keySet());
  }

  /**
   * Installs what is not installed yet, telling the person at the terminal how far it is.
   *
   * @param scripts the folder with {@code setup.sh} and {@code worker.py}
   */
  static NativeEngines install(Path scripts) {
    try {
      Process setup =
          new ProcessBuilder("bash", scripts.resolve("setup.sh").toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      setup.getOutputStream().close();
      List<String> lines = setup.inputReader(StandardCharsets.UTF_8).lines().toList();
      if (setup.waitFor() != 0 || lines.isEmpty()) {
        throw new BenchException("native engines cannot be installed; leave --native out");
      }
      return new NativeEngines(scripts, lines.getFirst(), lines.subList(1, lines.size()));
    } catch (IOException e) {
      throw new BenchException("native engines cannot be installed: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted while installing native engines", e);
    }
  }

  /** Those of the engines whose library could be installed. */
  List<String> available() {
    List<String> names = new ArrayList<>();
    PACKAGES.forEach(
        (name, needed) -> {
          if (missing.stream().noneMatch(line -> line.startsWith(needed))) {
            names.add(name);
          }
        });
    return names;
  }

  /** What is missing, for the report. */
  List<String> notes() {
    return missing.stream().map(line -> line + " could not be installed on this machine").toList();
  }

  /** The command of a worker, without its arguments. */
  List<String> command() {
    return List.of(python, scripts.resolve("worker.py").toString());
  }
}
