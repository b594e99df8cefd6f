package io.akidb.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.cli.CliException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {
  @TempDir Path home;

  private Installation built(String... jars) throws IOException {
    Path target = Files.createDirectories(home.resolve("build-spark").resolve("target"));
    for (String jar : jars) {
      Files.createFile(target.resolve(jar));
    }
    Files.writeString(target.resolve("classpath"), "/m2/a.jar:/m2/b.jar\n");
    return Installation.of(Map.of("AKIDB_HOME", home.toString(), "AKIDB_JAVA", "/jdk/bin/java"));
  }

  @Test
  void command_ofABuiltModule_hasItsOptionsJarLibrariesAndMainClass() throws IOException {
    Installation installation =
        built(
            "build-spark-0.1.0-job.jar",
            "build-spark-0.1.0-tests.jar",
            "build-spark-0.1.0-sources.jar",
            "build-spark-0.1.0-javadoc.jar",
            "build-spark-0.1.0.jar",
            "other-0.1.0.jar");
    assertThat(installation.command(Program.BUILD, "3g", List.of("--collection", "a b")))
        .containsExactly(
            "/jdk/bin/java",
            "@" + home.resolve("build-spark/jvm.options"),
            "-Xmx3g",
            "-cp",
            home.resolve("build-spark/target/build-spark-0.1.0.jar")
                + File.pathSeparator
                + "/m2/a.jar:/m2/b.jar",
            "io.akidb.build.BuildJob",
            "--collection",
            "a b");
    assertThat(installation.command(Program.BUILD, null, List.of()))
        .noneMatch(argument -> argument.startsWith("-Xmx"));
  }

  @Test
  void command_ofAModuleThatIsNotBuilt_saysHowToBuild() throws IOException {
    Installation without = built("build-spark-0.1.0-tests.jar");
    assertThatThrownBy(() -> without.command(Program.BUILD, null, List.of()))
        .isInstanceOf(CliException.class)
        .hasMessage("build-spark is not built: run ./akidb ensure-built");
    assertThatThrownBy(() -> without.command(Program.NODE, null, List.of()))
        .hasMessage("serving is not built: run ./akidb ensure-built");
  }

  @Test
  void command_withoutTheListOfLibraries_saysHowToBuild() throws IOException {
    Installation installation = built("build-spark-0.1.0.jar");
    Files.delete(home.resolve("build-spark/target/classpath"));
    assertThatThrownBy(() -> installation.command(Program.BUILD, null, List.of()))
        .isInstanceOf(CliException.class)
        .hasMessageContainingAll("classpath", "./akidb ensure-built");
  }

  @Test
  void of_withoutAJava_takesThisOne() {
    Installation installation = Installation.of(Map.of("AKIDB_HOME", home.toString()));
    assertThat(installation.java()).isExecutable();
    assertThat(installation.defaultBucket()).isEqualTo(home.resolve(".akidb/bucket"));
    assertThat(installation.state()).isEqualTo(home.resolve(".akidb"));
  }

  @Test
  void of_withoutAHome_namesTheScript() {
    assertThatThrownBy(() -> Installation.of(Map.of()))
        .isInstanceOf(CliException.class)
        .hasMessageContainingAll("AKIDB_HOME", "./akidb");
  }
}
