package io.akidb.cli.process;

import io.akidb.cli.CliException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where AkiDB is installed: the checkout that the {@code akidb} script stands in, with its built
 * modules.
 *
 * @param home the checkout
 * @param java the JVM's program
 */
public record Installation(Path home, Path java) {
  private static final Pattern HEAP = Pattern.compile("[1-9][0-9]{0,8}[kKmMgGtT]?");

  /**
   * What the script says in {@code AKIDB_HOME} and {@code AKIDB_JAVA}.
   *
   * @throws CliException if it was not the script that started this process
   */
  public static Installation of(Map<String, String> environment) {
    String home = environment.get("AKIDB_HOME");
    if (home == null) {
      throw CliException.failed("AKIDB_HOME is not set: start this by the script ./akidb", null);
    }
    String java = environment.get("AKIDB_JAVA");
    return new Installation(
        Path.of(home),
        java == null ? Path.of(System.getProperty("java.home"), "bin", "java") : Path.of(java));
  }

  /** The bucket of those who name none: a folder of this checkout. */
  public Path defaultBucket() {
    return state().resolve("bucket");
  }

  /** Logs, and what the demonstration makes. */
  public Path state() {
    return home.resolve(".akidb");
  }

  /**
   * The command line of a program.
   *
   * @param heap as {@code 4g}; null for the JVM's own choice
   * @throws CliException if it is not built, or the heap is no size
   */
  public List<String> command(Program program, @Nullable String heap, List<String> arguments) {
    Path folder = home.resolve(program.module());
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.add("@" + folder.resolve("jvm.options"));
    if (heap != null) {
      if (!HEAP.matcher(heap).matches()) {
        throw CliException.usage("--heap must be a size as 4g or 800m, not " + heap);
      }
      command.add("-Xmx" + heap);
    }
    command.add("-cp");
    command.add(jar(program) + File.pathSeparator + libraries(folder));
    command.add(program.mainClass());
    command.addAll(arguments);
    return List.copyOf(command);
  }

  private Path jar(Program program) {
    Path target = home.resolve(program.module()).resolve("target");
    try (Stream<Path> files = Files.list(target)) {
      Optional<Path> jar =
          files.filter(file -> isMainJar(program, file.getFileName().toString())).findFirst();
      return jar.orElseThrow(() -> notBuilt(program, null));
    } catch (IOException e) {
      throw notBuilt(program, e);
    }
  }

  private static boolean isMainJar(Program program, String name) {
    return name.startsWith(program.module() + "-")
        && name.endsWith(".jar")
        && Stream.of("-job.jar", "-tests.jar", "-sources.jar", "-javadoc.jar")
            .noneMatch(name::endsWith);
  }

  private static String libraries(Path folder) {
    Path file = folder.resolve("target").resolve("classpath");
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw CliException.failed(file + " is missing: run ./akidb ensure-built", e);
    }
  }

  private static CliException notBuilt(Program program, @Nullable IOException cause) {
    return CliException.failed(program.module() + " is not built: run ./akidb ensure-built", cause);
  }
}
