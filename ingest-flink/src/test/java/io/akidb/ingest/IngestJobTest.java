package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line. */
class IngestJobTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @SuppressWarnings("NullAway.Init") // by setUp
  private Collected collected;

  @BeforeEach
  void setUp() {
    collected = Collected.local(folder);
    TestFiles.write(folder.resolve("a.jsonl"), "{\"id\":\"a\",\"vector\":[1,2,3,4]}\n");
    TestFiles.write(folder.resolve("notes.txt"), "x");
    TestFiles.write(folder.resolve("empty/notes.txt"), "x");
    TestFiles.write(folder.resolve("bad/a.npy"), "no array");
  }

  @AfterEach
  void tearDown() {
    collected.close();
  }

  private int run(List<String> arguments) {
    return IngestJob.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        arguments.toArray(String[]::new));
  }

  private String said() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--file FOLDER/a.jsonl --parallelism 0|--parallelism must be 1 to 1024, not 0",
        "--file FOLDER/a.jsonl --parallelism two|Invalid value for option '--parallelism'",
        "--file FOLDER/a.jsonl --checkpoint-interval-ms 9|--checkpoint-interval-ms must be 10 to",
        "--file FOLDER/a.jsonl --segment-rows-max 0|--segment-rows-max must be 1 to",
        "--file FOLDER/a.jsonl --segment-bytes-max -1|--segment-bytes-max must be 1 to",
        "--file FOLDER/a.jsonl --limit 0|--limit must be 1 to",
        "--file FOLDER/a.jsonl --where kind|--where wants FIELD=VALUE, not kind",
        "--file FOLDER/a.jsonl --where =x|--where wants FIELD=VALUE, not =x",
        "--file FOLDER/a.jsonl --where a=1 --where b=2|--where takes values of one field",
        "--file FOLDER/a.jsonl --topic t|--topic goes with --kafka",
        "--file FOLDER/a.jsonl --bounded|--bounded goes with --kafka",
        "--file FOLDER/a.jsonl --writer a/b|--writer: ",
        "--file FOLDER/a.jsonl --nonsense|Unknown option: '--nonsense'",
        "--file FOLDER/none.jsonl|--file: there is no file FOLDER/none.jsonl",
        "--file FOLDER/notes.txt|has no known ending; known are .jsonl",
        "--file FOLDER/empty|--file: nothing to read in",
        "--file FOLDER/a.jsonl --sidecar FOLDER/a.jsonl|--sidecar goes with a file of bare vectors",
        "--file FOLDER/bad/a.npy --sidecar FOLDER/none|--sidecar: there is no file",
        "--kafka localhost:9|--kafka needs --topic",
        "--kafka localhost:9 --topic t --sidecar FOLDER/a.jsonl|--sidecar goes with --file",
        "--kafka localhost:9 --topic t --limit 5|--limit goes with --file",
        "--kafka localhost:9 --topic t --file FOLDER/a.jsonl|mutually exclusive",
        "--progress|Missing required argument",
      })
  void run_wrongArgument_endsWith2AndNamesIt(String more, String message) {
    List<String> arguments = new ArrayList<>(collected.arguments("--local"));
    arguments.addAll(List.of(more.replace("FOLDER", folder.toString()).split(" ")));

    assertThat(run(arguments)).as(said()).isEqualTo(2);
    assertThat(said()).contains(message.replace("FOLDER", folder.toString()));
    assertThat(said()).doesNotContain("Exception").doesNotContain("\tat ");
    assertThat(collected.rows()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--bucket FOLDER/bucket --collection nothing|nothing",
        "--bucket FOLDER/bucket --collection No/Name|--collection: name must be",
        "--bucket gs://x --collection things|neither a directory's path nor s3://",
        "--bucket FOLDER/bucket --collection things --tenant nobody|--tenant: tenant_id is not",
        "--bucket FOLDER/bucket|Missing required option: '--collection=NAME'",
        "--collection things|Missing required option: '--bucket=",
      })
  void run_wrongTarget_endsWith2AndNamesIt(String target, String message) {
    List<String> arguments =
        new ArrayList<>(List.of("--file", folder.resolve("a.jsonl").toString(), "--local"));
    arguments.addAll(List.of(target.replace("FOLDER", folder.toString()).split(" ")));

    assertThat(run(arguments)).as(said()).isEqualTo(2);
    assertThat(said()).contains(message);
  }

  @Test
  void run_help_endsWith0() {
    PrintStream before = System.out;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      assertThat(run(List.of("--help"))).isZero();
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("--segment-rows-max", "--where");
  }

  @Test
  void run_fileThatIsNotWhatItsNameSays_endsWith1AtOnceAndNamesIt() {
    List<String> arguments = new ArrayList<>(collected.arguments("--local"));
    arguments.addAll(List.of("--file", folder.resolve("bad").toString()));

    assertThat(run(arguments)).isEqualTo(1);
    assertThat(said())
        .startsWith("akidb-ingest: --file: cannot read ")
        .contains("bad/a.npy: it does not begin as an .npy file does");
  }
}
