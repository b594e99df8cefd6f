package io.akidb.serving.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.serving.TestNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left for the shell to do when its owner is gone; NodeKillTest kills a whole node. */
class LastWillTest {
  @Test
  void end_ofAProcessThatStaysWhenAsked_isByForceWithAllBelow() throws Exception {
    // Two that ignore SIGTERM, one below the other.
    Process stubborn = sh("trap '' TERM; (while :; do sleep 0.1; done) & echo up; wait");
    assertThat(stubborn.inputReader().readLine()).isEqualTo("up");
    List<ProcessHandle> all = stubborn.descendants().toList();
    assertThat(all).isNotEmpty();
    Process executor = LastWill.executor(stubborn.pid(), 1);

    executor.getOutputStream().close();

    assertThat(executor.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(stubborn.waitFor(20, TimeUnit.SECONDS)).isTrue();
    TestNode.await("all below is gone", () -> all.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void end_ofAProcessThatIsGone_touchesNothing() throws Exception {
    Process gone = sh("exit 0");
    assertThat(gone.waitFor(20, TimeUnit.SECONDS)).isTrue();
    Process executor = LastWill.executor(gone.pid(), 600);

    executor.getOutputStream().close();

    assertThat(executor.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void start_command_runsWithItsArgumentsAndNothingToRead() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", "cat; echo \"$1\"; exit 3", "name", "two words");
    Process process = LastWill.start(builder, 1);
    assertThat(
            new String(
                process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("two words\n");
    assertThat(process.waitFor()).isEqualTo(3);
  }

  @Test
  void start_ownerThatEndsBeforeTheWord_leavesNothingBehind(@TempDir Path folder) throws Exception {
    Path made = folder.resolve("made");
    Process waiting =
        new ProcessBuilder("sh", "-c", LastWill.WAITING, "waiting", "touch", made.toString())
            .start();
    assertThat(waiting.isAlive()).isTrue();

    waiting.getOutputStream().close();

    assertThat(waiting.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(made).doesNotExist();
  }

  private static Process sh(String script) throws IOException {
    return new ProcessBuilder("sh", "-c", script).start();
  }
}
