package io.akidb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.CliException;
import io.akidb.cli.Json;
import io.akidb.cli.VectorFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A data set: {@code base.f16.npy} or another vector file named {@code base.*}, {@code
 * base.jsonl[.gz]} with a line for each of its rows, and the same of {@code query}.
 *
 * @param vectors file of the base's vectors
 * @param rows the base's lines, as many as are wanted
 * @param base the base's vectors, {@code [rows][dimension]}
 * @param queries vectors, {@code [queries][dimension]}
 * @param queryRows the queries' lines
 */
record DemoData(
    Path vectors,
    List<JsonNode> rows,
    List<float[]> base,
    List<float[]> queries,
    List<JsonNode> queryRows) {
  private static final int ROWS_MAX = 1_000_000;
  private static final int QUERIES_MAX = 10_000;
  private static final List<String> VECTORS = List.of(".npy", ".fvecs", ".bvecs");
  private static final List<String> LINES = List.of(".jsonl", ".jsonl.gz");

  /**
   * Reads a folder.
   *
   * @param rowsMax at most so many rows of the base
   * @throws CliException if a file is missing or wrong
   */
  static DemoData read(Path folder, int rowsMax) {
    Path vectors = file(folder, "base.", VECTORS);
    int limit = Math.min(rowsMax, ROWS_MAX);
    List<float[]> base = vectors(vectors, limit);
    List<JsonNode> rows = lines(file(folder, "base.", LINES), base.size(), limit);
    List<float[]> queries = vectors(file(folder, "query.", VECTORS), QUERIES_MAX);
    List<JsonNode> queryRows = lines(file(folder, "query.", LINES), queries.size(), QUERIES_MAX);
    if (rows.size() != base.size() || queryRows.size() != queries.size()) {
      throw CliException.usage("--data: each vector in " + folder + " needs its line of JSON");
    }
    if (base.isEmpty()
        || queries.isEmpty()
        || queries.getFirst().length != base.getFirst().length) {
      throw CliException.usage("--data: base and query in " + folder + " must be of one dimension");
    }
    return new DemoData(vectors, rows, base, queries, queryRows);
  }

  int dimension() {
    return base.getFirst().length;
  }

  /** The base's rows that are of some part of speech, in order. */
  List<Integer> rowsOf(List<String> partsOfSpeech) {
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if (partsOfSpeech.contains(rows.get(i).path("part_of_speech").asText())) {
        chosen.add(i);
      }
    }
    return chosen;
  }

  private static Path file(Path folder, String prefix, List<String> endings) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(
              file -> {
                String name = file.getFileName().toString();
                return name.startsWith(prefix) && endings.stream().anyMatch(name::endsWith);
              })
          .sorted()
          .findFirst()
          .orElseThrow(
              () ->
                  CliException.usage(
                      "--data: "
                          + folder
                          + " needs base.f16.npy and query.f16.npy (or .fvecs, .bvecs), and"
                          + " base.jsonl[.gz] and query.jsonl beside them"));
    } catch (IOException e) {
      throw CliException.usage("--data: cannot read the folder " + folder);
    }
  }

  private static List<float[]> vectors(Path path, int rowsMax) {
    try (VectorFile file = VectorFile.open(path)) {
      List<float[]> vectors = new ArrayList<>();
      for (int i = 0; i < Math.min(file.rows(), rowsMax); i++) {
        vectors.add(file.read(i));
      }
      return vectors;
    }
  }

  // Of a whole file one line more is read, so that one without a vector is noticed.
  private static List<JsonNode> lines(Path path, int vectors, int limit) {
    int max = Math.min(vectors + 1, limit);
    List<JsonNode> lines = new ArrayList<>();
    try (InputStream in = Files.newInputStream(path);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    path.toString().endsWith(".gz") ? new GZIPInputStream(in) : in,
                    StandardCharsets.UTF_8))) {
      for (String line = reader.readLine();
          line != null && lines.size() < max;
          line = reader.readLine()) {
        lines.add(Json.parseGiven(line, path + ", line " + (lines.size() + 1)));
      }
      return lines;
    } catch (IOException e) {
      throw CliException.usage("--data: cannot read " + path + ": " + e.getMessage());
    }
  }
}
