package io.akidb.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.cli.CliException;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On real processes. */
@Timeout(60)
class ChildTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final long BOUND_SECS = 30;

  @TempDir Path folder;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private Path log;

  @BeforeEach
  void nameALog() {
    log = folder.resolve("logs").resolve("child.log");
  }

  private Child sh(Duration patience, String script, String... variable) {
    Map<String, String> environment =
        variable.length == 0 ? Map.of() : Map.of(variable[0], variable[1]);
    return Child.start(List.of("sh", "-c", script), environment, log, patience, lines::add);
  }

  private Child sh(String script) {
    return Child.start(List.of("sh", "-c", script), Map.of(), log, lines::add);
  }

  @Test
  void end_ofACode_saysWhatASignalDid() {
    assertThat(Child.end(1)).isEqualTo("exit code 1");
    assertThat(Child.end(137)).contains("137", "killed", "memory");
    assertThat(Child.end(143)).contains("143", "told to end");
    assertThat(Child.end(134)).contains("134", "crashed");
  }

  @Test
  void await_ofAKilledProcess_answersTheSignalsCode() throws Exception {
    try (Child child =
        sh("echo WARNING: Using incubator modules: x >&2; echo why >&2; kill -9 $$")) {
      assertThat(child.await()).isEqualTo(137);
      assertThat(child.lastLines()).contains("why").doesNotContain("incubator");
    }
  }

  private long pidSaid() throws InterruptedException {
    String line = lines.poll(BOUND_SECS, TimeUnit.SECONDS);
    assertThat(line).as("the child's process id").isNotNull();
    return Long.parseLong(line);
  }

  private static void hasEnded(long pid) throws Exception {
    ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
    if (handle != null) {
      handle.onExit().get(BOUND_SECS, TimeUnit.SECONDS);
    }
    assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)).isFalse();
  }

  @Test
  void await_handsOverEachLineInOrder() {
    try (Child child = sh("for i in 1 2 3; do echo line $i; done; printf 'ä no newline'; exit 7")) {
      assertThat(child.await()).isEqualTo(7);
    }
    assertThat(lines).containsExactly("line 1", "line 2", "line 3", "ä no newline");
  }

  @Test
  void log_holdsErrorsAndLinesButNoJson() throws Exception {
    try (Child child = sh("echo 1 >&2; echo '{\"n\": 2}'; echo 3; sleep 0.2; echo 4 >&2")) {
      assertThat(child.await()).isZero();
      assertThat(child.lastLines())
          .contains("  | 1", "  | 3", "  | 4", "whole log: " + log)
          .doesNotContain("{");
    }
    assertThat(Files.readAllLines(log)).containsExactlyInAnyOrder("1", "3", "4");
    assertThat(lines).containsExactly("{\"n\": 2}", "3");
  }

  @Test
  void log_ofAnEarlierProcess_isWrittenAnew() throws Exception {
    Files.createDirectories(log.getParent());
    Files.writeString(log, "of yesterday\n");
    try (Child child = sh("echo of today >&2")) {
      child.await();
    }
    assertThat(log).hasContent("of today");
  }

  @Test
  void lastLines_ofALongLog_areItsEnd() {
    try (Child child = sh("i=0; while [ $i -lt 9000 ]; do i=$((i+1)); echo number $i; done >&2")) {
      child.await();
      assertThat(child.lastLines().lines().filter(line -> line.startsWith("  | ")))
          .hasSize(12)
          .startsWith("  | number 8989")
          .endsWith("  | number 9000");
    }
  }

  @Test
  void lastLines_withoutALog_sayThereIsNone() throws Exception {
    try (Child child = sh("true")) {
      child.await();
      Files.delete(log);
      assertThat(child.lastLines()).contains("no log: " + log);
    }
  }

  @Test
  void environment_isAddedToThisProcesss() {
    try (Child child = sh(SHORT, "echo $MADE_UP; echo $PATH", "MADE_UP", "a b")) {
      child.await();
    }
    assertThat(lines).containsExactly("a b", System.getenv("PATH"));
  }

  @Test
  void input_isEmpty() {
    try (Child child = sh("cat; echo end")) {
      assertThat(child.await()).isZero();
    }
    assertThat(lines).containsExactly("end");
  }

  @Test
  void taker_thatThrows_stopsNeitherTheProcessNorTheReading() throws Exception {
    String script = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo number $i; done; echo o >&2";
    try (Child child =
        Child.start(
            List.of("sh", "-c", script),
            Map.of(),
            log,
            line -> {
              throw CliException.failed("refused " + line, null);
            })) {
      assertThatThrownBy(child::await).hasMessage("refused number 20000");
    }
    assertThat(Files.readAllLines(log)).hasSize(20_001);
  }

  @Test
  void start_ofNoProgram_fails() {
    assertThatThrownBy(
            () -> Child.start(List.of("/nowhere/java"), Map.of(), log, lines::add).close())
        .isInstanceOf(CliException.class)
        .hasMessageContaining("/nowhere/java");
  }

  @Test
  void onEnd_isToldOfAnEnd() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (Child child = sh("true")) {
      child.onEnd(ended::countDown);
      assertThat(ended.await(BOUND_SECS, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void close_asksFirst_soThatAProcessCanEndItsWay() throws Exception {
    Child child = sh("trap 'echo bye >&2; exit 0' TERM; echo $$; while :; do sleep 0.1; done");
    long pid = pidSaid();
    child.close();
    hasEnded(pid);
    assertThat(Files.readString(log)).contains("bye");
  }

  @Test
  void close_ofAProcessThatDoesNotListen_endsItByForce() throws Exception {
    Child child = sh(SHORT, "trap '' TERM; echo $$; while :; do sleep 0.1; done");
    long pid = pidSaid();
    child.close();
    hasEnded(pid);
  }

  @Test
  void close_endsWhatTheProcessStarted() throws Exception {
    Child child = sh(SHORT, "sleep 600 & echo $!; wait");
    long below = pidSaid();
    child.close();
    hasEnded(below);
  }

  @Test
  void close_twice_isFine() {
    Child child = sh("true");
    child.await();
    child.close();
    child.close();
  }

  @Test
  void close_byAnInterruptedThread_endsByForceAndStaysInterrupted() throws Exception {
    Child child = sh("trap '' TERM; echo $$; while :; do sleep 0.1; done");
    long pid = pidSaid();
    Thread.currentThread().interrupt();
    child.close();
    assertThat(Thread.interrupted()).isTrue();
    hasEnded(pid);
  }

  @Test
  void await_ofAnInterruptedThread_fails() {
    try (Child child = sh(SHORT, "sleep 600")) {
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Thread waiting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      child.await();
                    } catch (CliException e) {
                      interrupted.complete(Thread.currentThread().isInterrupted());
                    }
                  });
      waiting.interrupt();
      assertThat(interrupted.orTimeout(BOUND_SECS, TimeUnit.SECONDS).join()).isTrue();
    }
  }

  @Test
  void await_ofAProcessWhoseOutputAnotherHoldsOpen_isBounded() throws Exception {
    try (Child child = sh(SHORT, "sleep 600 & echo $!; exit 3")) {
      long below = pidSaid();
      assertThat(child.await()).isEqualTo(3);
      assertThat(ProcessHandle.of(below).map(ProcessHandle::destroyForcibly)).contains(true);
    }
  }

  @Test
  void kill_leavesNoTimeForGoodbyes() throws Exception {
    Child child = sh("trap 'echo bye >&2; exit 0' TERM; sleep 600 & echo $$; echo $!; wait");
    long pid = pidSaid();
    long below = pidSaid();
    child.kill();
    hasEnded(pid);
    hasEnded(below);
    assertThat(Files.readString(log)).doesNotContain("bye");
  }

  @Test
  void endOfTheOwner_bySigterm_endsTheChild() throws Exception {
    endOfTheOwner_endsTheChild(Process::destroy);
  }

  @Test
  void endOfTheOwner_byKill_endsTheChild() throws Exception {
    endOfTheOwner_endsTheChild(Process::destroyForcibly);
  }

  private void endOfTheOwner_endsTheChild(Consumer<Process> end) throws Exception {
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                log.toString())
            .redirectError(folder.resolve("owner.err").toFile())
            .start();
    try (BufferedReader said = owner.inputReader()) {
      long child = Long.parseLong(said.readLine());
      assertThat(ProcessHandle.of(child)).isPresent();
      end.accept(owner);
      assertThat(owner.waitFor(BOUND_SECS, TimeUnit.SECONDS)).isTrue();
      hasEnded(child);
    } finally {
      owner.destroyForcibly();
    }
  }

  @Test
  void endOfTheOwner_beforeTheChildIsLookedAfter_startsNothing() throws Exception {
    Path made = folder.resolve("made");
    Process waiting =
        new ProcessBuilder("sh", "-c", LastWill.WAITING, "waiting", "touch", made.toString())
            .start();
    assertThat(waiting.isAlive()).isTrue();

    waiting.getOutputStream().close();

    assertThat(waiting.waitFor(BOUND_SECS, TimeUnit.SECONDS)).isTrue();
    assertThat(made).doesNotExist();
  }

  @Test
  void command_isRunAsItIs() {
    try (Child child =
        Child.start(
            List.of("sh", "-c", "echo \"$0\" \"$1\"", "$HOME", "two  words"),
            Map.of(),
            log,
            lines::add)) {
      assertThat(child.await()).isZero();
    }
    assertThat(lines).containsExactly("$HOME two  words");
  }

  @Test
  void child_thatHasEnded_leavesNothingBehind() {
    try (Child child = sh("exec sleep 600")) {
      assertThat(child.pid()).isPositive();
      assertThat(ProcessHandle.current().children()).anyMatch(ChildTest::isLastWill);
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECS);
    while (ProcessHandle.current().children().anyMatch(ChildTest::isLastWill)
        && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    assertThat(ProcessHandle.current().children()).noneMatch(ChildTest::isLastWill);
  }

  private static boolean isLastWill(ProcessHandle process) {
    return process.info().arguments().stream()
        .flatMap(Arrays::stream)
        .anyMatch("last-will"::equals);
  }
}
