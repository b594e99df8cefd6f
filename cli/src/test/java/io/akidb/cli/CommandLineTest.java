package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line says before any process or node is asked. */
class CommandLineTest {
  /** Nothing listens on port 1. */
  private static final Map<String, String> NO_NODE = Map.of("AKIDB_SERVER", "http://127.0.0.1:1");

  @TempDir Path folder;

  private static CliRun run(String line) {
    return CliRun.of(NO_NODE, line.isEmpty() ? new String[0] : line.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                              | Missing required subcommand; Usage: akidb",
        "serch                           | serch; search",
        "demo --rows 0                   | --rows; at least 1",
        "demo --rows many                | --rows; many",
        "demo --onse                     | --onse; --once",
        "demo --json nowhere/figures.json | --json; nowhere/figures.json",
        "demo --port abc                 | --port; abc",
        "tenant                          | Missing required subcommand; create",
        "tenant create                   | NAME; Usage: akidb tenant create",
        "tenant create a b               | b; Usage: akidb tenant create",
        "tenant create a --max-collections x | --max-collections; x",
        "tenant create a --metadata b    | --metadata; KEY=VALUE",
        "tenant get                      | ID; Usage: akidb tenant get",
        "tenant delete                   | ID; Usage: akidb tenant delete",
        "tenant list --limit x           | --limit; x",
        "tenant update                   | ID; Usage: akidb tenant update",
        "tenant update a                 | --name, a quota or --metadata",
        "tenant update a --max-collections x | --max-collections; x",
        "tenant suspend                  | ID; Usage: akidb tenant suspend",
        "tenant resume                   | ID; Usage: akidb tenant resume",
        "tenant restore                  | ID; Usage: akidb tenant restore",
        "user                            | Missing required subcommand; create",
        "user create                     | EMAIL; Usage: akidb user create",
        "user create a@b --role x --grants [] | --grants; --role",
        "user create a@b --grants {}     | --grants; list",
        "user create a@b --grants [      | --grants; JSON",
        "user create a@b --collection c  | --collection; --role",
        "user create a@b --role viewer --collection c --collection-prefix d | --collection; not both",
        "user list --limit x             | --limit; x",
        "user get                        | ID; Usage: akidb user get",
        "service-account create          | NAME; Usage: akidb service-account create",
        "service-account delete          | ID; Usage: akidb service-account delete",
        "role create r                   | --permission; Usage: akidb role create",
        "role create r --permission p --row-filter [1] | --row-filter; object",
        "role create r --permission p --row-filter { | --row-filter; JSON",
        "grant create u                  | ROLE; Usage: akidb grant create",
        "grant create u viewer --collection c --collection-prefix d | --collection; not both",
        "grant revoke u                  | ROLE; Usage: akidb grant revoke",
        "grant explain                   | PERMISSION; Usage: akidb grant explain",
        "key rotate                      | ID; Usage: akidb key rotate",
        "key rotate k --overlap-secs x   | --overlap-secs; x",
        "key revoke                      | ID; Usage: akidb key revoke",
        "collection                      | Missing required subcommand; create",
        "collection create products      | --dim; Usage: akidb collection create",
        "collection create --dim 4       | NAME; Usage: akidb collection create",
        "collection create p --dim wide  | --dim; wide",
        "collection create p --dim 4 --attribute price | --attribute; NAME=TYPE",
        "collection get                  | NAME; Usage: akidb collection get",
        "collection list --limit x       | --limit; x",
        "ingest rows.jsonl               | --collection; Usage: akidb ingest",
        "ingest --collection p           | files; --kafka",
        "ingest --collection p --kafka b:1 f.jsonl | files; --kafka",
        "ingest --collection p f --limit x | --limit; x",
        "build                           | --collection; --pending",
        "build --collection p --alpha x  | --alpha; x",
        "search --collection p           | --vector-file; --id",
        "search --id a                   | --collection; Usage: akidb search",
        "search --collection p --id a --vector [1] | mutually exclusive; --id",
        "search --collection p --id a --k x | --k; x",
        "search --collection p --vector [1,2 | --vector; JSON",
        "search --collection p --vector {} | --vector; [0.1,0.2]",
        "search --collection p --vector [] | --vector; [0.1,0.2]",
        "search --collection p --vector [1,null] | --vector; [0.1,0.2]",
        "search --collection p --vector [1,x] | --vector; JSON",
        "search --collection p --vector [1][2] | --vector; JSON",
        "search --collection p --id a --filter nouns | --filter; JSON",
        "search --collection p --id a --filter [1] | --filter; object",
        "search --collection p --vector-file nowhere.npy | nowhere.npy; cannot read",
        "tenant list --server here       | --server; http://",
        "tenant list --server ftp://a    | --server; http://",
        "tenant list --server httpx://a  | --server; http://",
        "tenant list --server http:///a  | --server; http://",
        "tenant list --server http://a^b | --server; URL",
      })
  void line_thatIsWrong_isRefusedWithNameAndRemedy(String line, String said) {
    CliRun run = run(line);
    assertThat(run.err()).contains(said.split("; "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).doesNotContain("Exception", "\tat ");
  }

  static Stream<Arguments> helps() {
    return Stream.of(
        Arguments.of("--help", List.of("The way of a vector", "Exit codes", "demo", "services")),
        Arguments.of("help", List.of("akidb serve --bucket DIR")),
        Arguments.of("demo --help", List.of("--once", "--json", "--data", "--rows", "--bucket")),
        Arguments.of("help demo", List.of("--once")),
        Arguments.of(
            "tenant --help",
            List.of(
                "create", "list", "get", "update", "suspend", "resume", "delete", "restore",
                "Example")),
        Arguments.of("tenant create --help", List.of("--max-storage-bytes", "--metadata")),
        Arguments.of("tenant list --help", List.of("--limit", "--cursor", "--state")),
        Arguments.of("tenant update --help", List.of("--name", "--max-storage-bytes", "ID")),
        Arguments.of("tenant suspend --help", List.of("ID")),
        Arguments.of("tenant resume --help", List.of("ID")),
        Arguments.of("tenant restore --help", List.of("ID")),
        Arguments.of("tenant get --help", List.of("--server", "--api-key")),
        Arguments.of("tenant delete --help", List.of("ID")),
        Arguments.of("user --help", List.of("create", "list", "get, show", "delete", "Example")),
        Arguments.of("user create --help", List.of("--role", "--collection-prefix", "--platform")),
        Arguments.of("service-account --help", List.of("create", "Example")),
        Arguments.of("role --help", List.of("create", "--row-filter", "Example")),
        Arguments.of("grant --help", List.of("create", "revoke, delete", "explain", "Example")),
        Arguments.of("key --help", List.of("create", "rotate", "revoke, delete", "Example")),
        Arguments.of("key create --help", List.of("--user", "--expires-at", "--grants")),
        Arguments.of("collection --help", List.of("create", "Example")),
        Arguments.of("collection create --help", List.of("--dim", "cosine, l2 or dot", "string[]")),
        Arguments.of("collection list --help", List.of("--limit", "--cursor")),
        Arguments.of("collection get --help", List.of("NAME")),
        Arguments.of("collection delete --help", List.of("NAME")),
        Arguments.of("ingest --help", List.of("--kafka", "--sidecar", ".npy", "dead letters")),
        Arguments.of(
            "build --help", List.of("--pending", "--max-degree", "--vector-storage", "--seed")),
        Arguments.of("search --help", List.of("--vector-file", "--filter", "--explain")));
  }

  @ParameterizedTest
  @MethodSource("helps")
  void help_ofEachCommand_teachesAndEndsWithZero(String line, List<String> said) {
    CliRun run = run(line);
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains(said);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void version_printsIt() {
    CliRun run = run("--version");
    assertThat(run.code()).isZero();
    assertThat(run.out()).startsWith("akidb 0.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve --port 0", "test cli", "services start minio"})
  void scriptCommand_calledWithoutTheScript_pointsToIt(String line) {
    CliRun run = run(line);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("./akidb " + line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tenant list",
        "tenant get a",
        "tenant create a",
        "tenant delete a",
        "collection list",
        "collection get a",
        "collection create a --dim 2",
        "collection delete a",
        "search --collection a --id b"
      })
  void call_withoutANode_failsAndSaysHowToStartOne(String line) {
    CliRun run = run(line);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("http://127.0.0.1:1", "akidb serve", "--server");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo --once", "ingest --collection p f.jsonl", "build --collection p"})
  void program_withoutTheScriptsHome_failsAndNamesTheScript(String line) {
    CliRun run = run(line);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("AKIDB_HOME", "./akidb");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingest --collection p f.jsonl", "build --collection p"})
  void program_thatIsNotBuilt_failsAndSaysHowToBuild(String line) throws Exception {
    Files.createDirectories(folder.resolve(".akidb/bucket"));
    CliRun run = CliRun.of(Map.of("AKIDB_HOME", folder.toString()), line.split(" "));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("is not built", "./akidb ensure-built");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingest --collection p f.jsonl", "build --collection p"})
  void bucket_thatIsNotThere_isAUsageErrorAndIsNotMade(String line) {
    Path typo = folder.resolve("bukket");
    CliRun run =
        CliRun.of(
            Map.of("AKIDB_HOME", folder.toString(), "AKIDB_BUCKET", typo.toString()),
            line.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("there is no folder " + typo, "akidb serve");
    assertThat(typo).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingest --collection p f.jsonl", "build --collection p"})
  void bucket_thatIsEmpty_isAUsageError(String line) {
    CliRun run =
        CliRun.of(Map.of("AKIDB_HOME", folder.toString(), "AKIDB_BUCKET", ""), line.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("AKIDB_BUCKET", "is empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"banana", "0", "4 g", "1gb", "-1g", "1e3", ""})
  void heap_thatIsNoSize_isAUsageError(String heap) throws Exception {
    Files.createDirectories(folder.resolve(".akidb/bucket"));
    Map<String, String> home = Map.of("AKIDB_HOME", folder.toString());
    CliRun run = CliRun.of(home, "build", "--collection", "p", "--heap", heap);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--heap must be a size as 4g", heap);
  }

  @Test
  void help_ofEveryCommand_describesEachOption() {
    for (String command :
        List.of(
            "demo",
            "tenant create",
            "tenant list",
            "collection create",
            "ingest",
            "build",
            "search")) {
      CliRun run = run(command + " --help");
      assertThat(run.code()).isZero();
      // An option without a description ends with its value's name, or with nothing behind it.
      assertThat(run.out().lines().filter(line -> line.matches(" {6}--[a-z-]+(=[^ ]+)? *")))
          .as(command)
          .allSatisfy(
              line ->
                  assertThat(run.out())
                      .containsPattern(java.util.regex.Pattern.quote(line) + "\\n {10,}[A-Z]"));
      assertThat(run.out().lines())
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingest --collection p f.jsonl", "build --collection p"})
  void bucket_thatCannotBeAFolder_isAUsageError(String line) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
    arguments.addAll(List.of("--bucket", file.resolve("below").toString()));
    CliRun run =
        CliRun.of(Map.of("AKIDB_HOME", folder.toString()), arguments.toArray(new String[0]));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--bucket", file.toString());
  }

  @Test
  void vectorFile_askedForARowItHasNot_namesTheRowsItHas() throws Exception {
    Path file = folder.resolve("one.fvecs");
    Files.write(file, new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
    CliRun run =
        CliRun.of(
            NO_NODE, "search", "--collection", "p", "--vector-file", file.toString(), "--row", "1");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--row", "rows 0 to 0");
  }
}
