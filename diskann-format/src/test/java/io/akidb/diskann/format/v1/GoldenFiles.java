package io.akidb.diskann.format.v1;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.PartitionRouter;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.RecallCalibration;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Writes golden files where there are none: {@code mvn test -pl diskann-format
 * -Dtest=GoldenFilesTest -Dakidb.golden.write=true}. What version 1 has written must stay readable,
 * so a shard that is there is left alone; another folder is for a new version. What is expected
 * comes from plain arithmetic over the records, not from the reader.
 */
final class GoldenFiles {
  static final Path FOLDER = Path.of("src/test/resources/golden/v1");

  /**
   * Kinds of shards; a word before says what is special about the vectors or the pages, or which
   * section was added. Resident ones without that word are of before they had entries, fused ones
   * of before pages were packed.
   */
  static final List<String> TYPES =
      List.of(
          "flat",
          "diskann",
          "pq",
          "sq8",
          "sq4",
          "opq",
          "rabitq",
          "bytes-flat",
          "bytes-diskann",
          "halves-flat",
          "halves-diskann",
          "calibrated-diskann",
          "calibrated-pq",
          "entries-pq",
          "entries-sq4",
          "packed-diskann");

  private static final List<String> SETS = List.of("", "bytes-", "halves-");

  /** Two curves: what is measured on large shards is put into a small one. */
  static final RecallCalibration CALIBRATION =
      new RecallCalibration(
          true,
          List.of(
              new RecallCalibration.Curve(
                  10, new int[] {10, 20, 70}, new float[] {0.5f, 0.75f, 0.96875f}),
              new RecallCalibration.Curve(100, new int[] {110, 300}, new float[] {0.25f, 1})));

  private static final int COUNT = 40;
  private static final int DIMENSION = 3;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private GoldenFiles() {}

  static String shard(String type, DistanceMetric metric) {
    return type + "-" + metric.name().toLowerCase(Locale.ROOT) + ".shard";
  }

  static String records(String type, DistanceMetric metric) {
    return set(type) + metric.name().toLowerCase(Locale.ROOT) + ".json";
  }

  /** The records that a type's shards are made of. */
  private static String set(String type) {
    String form = ShardModel.form(type);
    return SETS.contains(form) ? form : "";
  }

  private static ShardModel model(String set, DistanceMetric metric) {
    return ShardModel.random(set, 100 + metric.code(), DIMENSION, metric, COUNT);
  }

  /** Writes a shard of a type. */
  static void write(String type, ShardModel model, Path file) {
    model.write(type, file);
    if (type.startsWith("calibrated-")) {
      ShardBytes.of(file).withSection(ShardBytes.CALIBRATION, calibration()).write(file);
    }
  }

  /** By the specification. */
  private static byte[] calibration() {
    ByteBuffer out = ByteBuffer.allocate(4 + 2 * 8 + 5 * 8).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(CALIBRATION.curves().size());
    for (RecallCalibration.Curve curve : CALIBRATION.curves()) {
      out.putInt(curve.k()).putInt(curve.recalls().length);
      for (int i = 0; i < curve.recalls().length; i++) {
        out.putInt(curve.listSizes()[i]).putFloat(curve.recalls()[i]);
      }
    }
    return out.array();
  }

  static void write() throws IOException {
    Files.createDirectories(FOLDER);
    for (DistanceMetric metric : DistanceMetric.values()) {
      for (String set : SETS) {
        write(set, metric);
      }
    }
    router();
    codebook();
  }

  private static void write(String set, DistanceMetric metric) throws IOException {
    ShardModel model = model(set, metric);
    for (String type : TYPES) {
      Path file = FOLDER.resolve(shard(type, metric)).toAbsolutePath();
      if (set(type).equals(set) && !Files.exists(file)) {
        write(type, model, file);
      }
    }
    ObjectNode out = GoldenRecords.write(model);
    ArrayNode searches = out.putArray("searches");
    Random random = new Random(metric.code());
    for (int i = 0; i < 3; i++) {
      float[] query = ShardModel.vector(random, DIMENSION);
      search(searches.addObject(), model, query, record -> true);
      filtered(searches, model, query, "name", "least", new AttributeValue.Text("b"));
      filtered(searches, model, query, "tags", "equal", new AttributeValue.Text("\u00e9t\u00e9"));
      filtered(searches, model, query, "year", "below", new AttributeValue.Float64(1.5));
      filtered(searches, model, query, "price", "least", new AttributeValue.Int64(1));
      filtered(searches, model, query, "sold", "equal", new AttributeValue.Bool(true));
    }
    JSON.writeValue(FOLDER.resolve(records(set, metric)).toFile(), out);
  }

  private static void filtered(
      ArrayNode searches,
      ShardModel model,
      float[] query,
      String name,
      String is,
      AttributeValue value) {
    ObjectNode search = searches.addObject();
    search.put("attribute", name);
    search.putObject("predicate").put("is", is).set("value", GoldenRecords.value(value));
    search(
        search,
        model,
        query,
        record ->
            record.attributes().containsKey(name)
                && AttributeRules.matches(name, is, record.attributes().get(name), value));
  }

  private static void search(
      ObjectNode search, ShardModel model, float[] query, Predicate<IndexRecord> accepts) {
    search.set("query", GoldenRecords.vector(query));
    ArrayNode answers = search.putArray("answers");
    model.records().stream()
        .filter(accepts)
        .sorted(Comparator.comparingDouble(record -> model.distance(query, record.vector())))
        .limit(5)
        .forEach(
            record ->
                answers
                    .addObject()
                    .put("id", record.vectorId())
                    .put("distance", model.distance(query, record.vector())));
  }

  private static float[][] vectors(long seed, int count, int dimension) {
    Random random = new Random(seed);
    float[][] vectors = new float[count][];
    for (int i = 0; i < count; i++) {
      vectors[i] = ShardModel.vector(random, dimension);
    }
    return vectors;
  }

  private static void router() throws IOException {
    float[][] centroids = vectors(7, 6, 4);
    Files.write(
        FOLDER.resolve("router.bin"), PartitionRouter.of(centroids, DistanceMetric.DOT).toBytes());
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    ArrayNode listed = out.putArray("centroids");
    for (float[] centroid : centroids) {
      listed.add(GoldenRecords.vector(centroid));
    }
    ShardModel plain = ShardModel.random(0, 4, DistanceMetric.L2, 0);
    ShardModel dot = ShardModel.random(0, 4, DistanceMetric.DOT, 0);
    ArrayNode queries = out.putArray("queries");
    for (float[] vector : vectors(8, 10, 4)) {
      ObjectNode query = queries.addObject();
      query.set("vector", GoldenRecords.vector(vector));
      query.put("stored_in", ascending(plain, vector, centroids)[0]);
      query.set("asked", JSON.valueToTree(ascending(dot, vector, centroids)));
    }
    JSON.writeValue(FOLDER.resolve("router.json").toFile(), out);
  }

  private static int[] ascending(ShardModel model, float[] vector, float[][] centroids) {
    return IntStream.range(0, centroids.length)
        .boxed()
        .sorted(Comparator.comparingDouble(j -> model.distance(vector, centroids[j])))
        .mapToInt(j -> j)
        .toArray();
  }

  private static void codebook() throws IOException {
    int dimension = 5;
    int subspaces = 2;
    PqCodebook codebook =
        PqCodebook.train(vectors(9, 300, dimension), DistanceMetric.L2, subspaces, 3);
    byte[] bytes = codebook.toBytes();
    Files.write(FOLDER.resolve("codebook.bin"), bytes);
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("subspaces", subspaces);
    ArrayNode codes = out.putArray("codes");
    for (float[] vector : vectors(10, 10, dimension)) {
      ObjectNode each = codes.addObject();
      each.set("vector", GoldenRecords.vector(vector));
      ArrayNode code = each.putArray("code");
      for (int m = 0; m < subspaces; m++) {
        code.add(
            nearestCentroid(
                bytes, vector, m * dimension / subspaces, (m + 1) * dimension / subspaces));
      }
    }
    JSON.writeValue(FOLDER.resolve("codebook.json").toFile(), out);
  }

  /** By the specification's arithmetic over the file's bytes. */
  private static int nearestCentroid(byte[] bytes, float[] vector, int start, int end) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int nearest = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int j = 0; j < 256; j++) {
      double distance = 0;
      for (int k = 0; k < end - start; k++) {
        double off = vector[start + k] - in.getFloat(32 + 4 * (256 * start + k * 256 + j));
        distance += off * off;
      }
      if (distance < least) {
        least = distance;
        nearest = j;
      }
    }
    return nearest;
  }
}
