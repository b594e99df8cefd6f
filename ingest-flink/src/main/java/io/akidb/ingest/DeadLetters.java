package io.akidb.ingest;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.catalog.FieldError;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantNamespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Objects of dead letters, one JSON line each. They are staged apart and published when their
 * checkpoint is committed, so that a replay doubles none that anybody sees. For one thread.
 */
final class DeadLetters {
  private static final int OBJECT_BYTES_MAX = 4 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final ObjectStore store;
  private final TenantNamespace namespace;
  private final CollectionName collection;
  private final ByteArrayOutputStream open = new ByteArrayOutputStream();

  DeadLetters(ObjectStore store, Target target) {
    this.store = store;
    this.namespace = target.context().namespace();
    this.collection = new CollectionName(target.collection());
  }

  /** Takes a letter; answers the staged object if that filled one. */
  Optional<UUID> add(Item.DeadLetter letter) {
    Map<String, String> line = new LinkedHashMap<>();
    line.put("source", letter.origin().source());
    line.put("position", letter.origin().position());
    line.put("reason", letter.reason());
    line.put("raw_base64", Base64.getEncoder().encodeToString(letter.raw()));
    try {
      open.writeBytes(JSON.writeValueAsBytes(line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.write('\n');
    return open.size() >= OBJECT_BYTES_MAX ? flush() : Optional.empty();
  }

  /** Stages what is open. */
  Optional<UUID> flush() {
    if (open.size() == 0) {
      return Optional.empty();
    }
    UUID object = UUID.randomUUID();
    store.put(namespace.stagedDeadLetterKey(collection, object), open.toByteArray());
    open.reset();
    return Optional.of(object);
  }

  /** Publishes a staged object; a second time does nothing. */
  void publish(UUID object) {
    String staged = namespace.stagedDeadLetterKey(collection, object);
    try {
      ObjectContent content = store.get(staged, 2 * OBJECT_BYTES_MAX);
      store.put(namespace.deadLetterKey(collection, object), content.bytes());
      store.delete(staged);
    } catch (ObjectNotFoundException e) {
      if (store.head(namespace.deadLetterKey(collection, object)).isEmpty()) {
        throw new IngestFailedException(
            "staged dead letters are gone from the bucket: " + object, e);
      }
    }
  }

  static String reason(List<FieldError> errors) {
    return errors.stream()
        .map(error -> error.pointer() + " " + error.detail())
        .collect(Collectors.joining("; "));
  }

  /** What is kept of a record that is well formed but not one of this collection. */
  static byte[] raw(Item.Row row) {
    VectorRecord vector = row.vector();
    byte[] payload = vector.payload();
    String text =
        "id="
            + vector.id()
            + " payload="
            + (payload == null ? "" : new String(payload, StandardCharsets.UTF_8));
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    return java.util.Arrays.copyOf(raw, Math.min(raw.length, RecordFile.RAW_BYTES_MAX));
  }
}
