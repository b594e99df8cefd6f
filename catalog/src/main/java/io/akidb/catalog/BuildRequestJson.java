package io.akidb.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A build request as JSON; {@code catalog/spec/manifest-v1.md}, "Build requests". */
final class BuildRequestJson {
  static final int FORMAT_VERSION = 1;

  private static final JsonFactory JSON = new JsonFactory();

  private BuildRequestJson() {}

  /**
   * Writes one.
   *
   * @param revision random, by which a writer knows its own bytes again
   */
  static byte[] encode(BuildRequest request, UUID revision) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeNumberField("format_version", FORMAT_VERSION);
      out.writeStringField("build_id", request.buildId().toString());
      out.writeStringField("revision", revision.toString());
      IndexParameters parameters = request.parameters();
      out.writeObjectFieldStart("parameters");
      out.writeNumberField("max_degree", parameters.maxDegree());
      out.writeNumberField("build_list_size", parameters.buildListSize());
      out.writeNumberField("alpha", parameters.alpha());
      out.writeNumberField("pq_subvectors", parameters.pqSubvectors());
      out.writeNumberField("build_memory_gb", parameters.buildMemoryGb());
      out.writeNumberField("partition_rows_max", parameters.partitionRowsMax());
      out.writeNumberField("partition_overlap", parameters.partitionOverlap());
      out.writeNumberField("seed", parameters.seed());
      // What readers before this field take from pq_subvectors they are not troubled with.
      if (parameters.quantization() != IndexQuantization.implied(parameters.pqSubvectors())) {
        out.writeStringField("quantization", parameters.quantization().jsonName());
      }
      if (parameters.vectorStorage() != IndexVectorStorage.AUTO) {
        out.writeStringField("vector_storage", parameters.vectorStorage().jsonName());
      }
      out.writeEndObject();
      out.writeStringField("state", request.state().jsonName());
      out.writeNumberField("progress", request.progress());
      out.writeStringField("phase", request.phase());
      out.writeStringField("owner", request.owner());
      writeText(out, "lease_id", request.leaseId());
      Duration ttl = request.leaseTtl();
      out.writeNumberField("lease_ttl_ms", ttl == null ? 0 : ttl.toMillis());
      out.writeStringField("requested_at", request.requestedAt().toString());
      out.writeStringField("updated_at", request.updatedAt().toString());
      writeText(out, "lease_until", request.leaseUntil());
      writeText(out, "finished_at", request.finishedAt());
      out.writeStringField("error", request.error());
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void writeText(JsonGenerator out, String field, @Nullable Object value)
      throws IOException {
    out.writeStringField(field, value == null ? null : value.toString());
  }

  /**
   * Reads one.
   *
   * @throws CorruptManifestException if it is not one
   * @throws UnsupportedFormatException if it is of a newer version
   */
  static BuildRequest decode(byte[] json) {
    JsonFields in = JsonFields.parse(json, "build", FORMAT_VERSION);
    in.uuid("revision");
    long ttlMillis = in.number("lease_ttl_ms", 0, BuildRequests.LEASE_TTL_MAX.toMillis());
    BuildRequest request =
        new BuildRequest(
            in.uuid("build_id"),
            readParameters(in.object("parameters")),
            readState(in),
            in.decimal("progress"),
            in.text("phase"),
            in.textOrNull("owner"),
            in.textOrNull("lease_id") == null ? null : in.uuid("lease_id"),
            ttlMillis == 0 ? null : Duration.ofMillis(ttlMillis),
            in.instant("requested_at"),
            in.instant("updated_at"),
            in.instantOrNull("lease_until"),
            in.instantOrNull("finished_at"),
            in.textOrNull("error"));
    in.end();
    return request;
  }

  private static BuildRequest.State readState(JsonFields in) {
    String name = in.text("state");
    for (BuildRequest.State state : BuildRequest.State.values()) {
      if (state.jsonName().equals(name)) {
        return state;
      }
    }
    throw in.bad("state", "is unknown");
  }

  private static IndexParameters readParameters(JsonFields in) {
    try {
      int pqSubvectors = (int) in.number("pq_subvectors", 0, Integer.MAX_VALUE);
      IndexParameters parameters =
          new IndexParameters(
              (int) in.number("max_degree", 0, Integer.MAX_VALUE),
              (int) in.number("build_list_size", 0, Integer.MAX_VALUE),
              in.decimal("alpha"),
              pqSubvectors,
              in.decimal("build_memory_gb"),
              (int) in.number("partition_rows_max", 0, Integer.MAX_VALUE),
              in.decimal("partition_overlap"),
              in.number("seed", Long.MIN_VALUE, Long.MAX_VALUE),
              in.has("quantization")
                  ? IndexQuantization.ofJsonName(in.text("quantization"))
                      .orElseThrow(() -> in.bad("quantization", "is unknown"))
                  : IndexQuantization.implied(pqSubvectors),
              in.has("vector_storage")
                  ? IndexVectorStorage.ofJsonName(in.text("vector_storage"))
                      .orElseThrow(() -> in.bad("vector_storage", "is unknown"))
                  : IndexVectorStorage.AUTO);
      in.end();
      return parameters;
    } catch (InvalidIndexParametersException e) {
      throw new CorruptManifestException("build.parameters: " + e.getMessage(), e);
    }
  }

  static BuildRequest fresh(UUID buildId, IndexParameters parameters, Instant now) {
    return new BuildRequest(
        buildId,
        parameters,
        BuildRequest.State.PENDING,
        0,
        "",
        null,
        null,
        null,
        now,
        now,
        null,
        null,
        null);
  }
}
