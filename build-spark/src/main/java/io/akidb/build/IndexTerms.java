package io.akidb.build;

import io.akidb.catalog.AttributeType;
import io.akidb.catalog.AttributeValue;
import io.akidb.catalog.Attributes;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.IndexQuantization;
import io.akidb.catalog.IndexVectorStorage;
import io.akidb.catalog.Metric;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.VectorStorage;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The catalog's words in those of the index, which knows nothing of catalogs. */
final class IndexTerms {
  private static final byte[] NO_PAYLOAD = new byte[0];

  private IndexTerms() {}

  static IndexSchema schema(CollectionSchema schema) {
    TreeMap<String, io.akidb.diskann.AttributeType> attributes = new TreeMap<>();
    schema.attributes().forEach((name, type) -> attributes.put(name, type(type)));
    return new IndexSchema(schema.dimension(), metric(schema.metric()), attributes);
  }

  static DistanceMetric metric(Metric metric) {
    return switch (metric) {
      case COSINE -> DistanceMetric.COSINE;
      case L2 -> DistanceMetric.L2;
      case DOT -> DistanceMetric.DOT;
    };
  }

  /**
   * What the index shall be built with.
   *
   * @throws BuildFailedException if the index does not take them
   */
  static BuildParameters parameters(
      IndexParameters request, CollectionSchema schema, int threads, long memoryBytes) {
    if (request.pqSubvectors() > schema.dimension()) {
      throw new BuildFailedException(
          "pq_subvectors is "
              + request.pqSubvectors()
              + ", at most the dimension, "
              + schema.dimension()
              + ", is possible; 0 chooses by dimension",
          null);
    }
    try {
      return new BuildParameters(
          request.maxDegree(),
          request.buildListSize(),
          (float) request.alpha(),
          request.pqSubvectors(),
          request.seed(),
          threads,
          memoryBytes,
          quantization(request.quantization(), schema),
          storage(request.vectorStorage()));
    } catch (IllegalArgumentException e) {
      throw new BuildFailedException(
          "the index does not take the request's parameters: " + e.getMessage(), e);
    }
  }

  private static Quantization quantization(IndexQuantization asked, CollectionSchema schema) {
    return switch (asked) {
      case BINARY -> Quantization.BINARY_NEIGHBOURS;
      case RESIDENT -> Quantization.resident(schema.dimension(), metric(schema.metric()));
      case PQ -> Quantization.PQ;
      case OPQ -> Quantization.OPQ;
      case SQ8 -> Quantization.SQ8;
      case SQ4 -> Quantization.SQ4;
      case RABITQ -> Quantization.RABITQ;
    };
  }

  private static VectorStorage storage(IndexVectorStorage asked) {
    return switch (asked) {
      case AUTO -> VectorStorage.AUTO;
      case F32 -> VectorStorage.F32;
      case F16 -> VectorStorage.F16;
      case INT8 -> VectorStorage.INT8;
    };
  }

  static IndexRecord row(String id, Candidate row, CollectionSchema schema) {
    byte[] payload = row.payload();
    Map<String, io.akidb.diskann.AttributeValue> attributes = new HashMap<>();
    if (!schema.attributes().isEmpty()) {
      Attributes.parse(payload, schema)
          .forEach((name, value) -> attributes.put(name, value(value)));
    }
    return new IndexRecord(
        id, row.order(), row.vector(), payload == null ? NO_PAYLOAD : payload, attributes);
  }

  private static io.akidb.diskann.AttributeType type(AttributeType type) {
    return switch (type) {
      case STRING -> io.akidb.diskann.AttributeType.STRING;
      case STRING_LIST -> io.akidb.diskann.AttributeType.STRING_LIST;
      case LONG -> io.akidb.diskann.AttributeType.LONG;
      case DOUBLE -> io.akidb.diskann.AttributeType.DOUBLE;
      case BOOLEAN -> io.akidb.diskann.AttributeType.BOOLEAN;
    };
  }

  private static io.akidb.diskann.AttributeValue value(AttributeValue value) {
    return switch (value) {
      case AttributeValue.Text text -> new io.akidb.diskann.AttributeValue.Text(text.value());
      case AttributeValue.TextList list ->
          new io.akidb.diskann.AttributeValue.TextList(list.values());
      case AttributeValue.Whole whole -> new io.akidb.diskann.AttributeValue.Int64(whole.value());
      case AttributeValue.Real real -> new io.akidb.diskann.AttributeValue.Float64(real.value());
      case AttributeValue.Flag flag -> new io.akidb.diskann.AttributeValue.Bool(flag.value());
    };
  }
}
