package io.akidb.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestJsonTest {
  @TempDir Path folder;
  private String json;

  /** A head with one of everything: writers, an index with tombstones, inline segments, pages. */
  @BeforeEach
  void setUp() {
    json = new String(rich(new Fixture(folder)).json(), StandardCharsets.UTF_8);
  }

  static Manifest rich(Fixture fixture) {
    VectorCollection collection = fixture.create();
    List<StagedSegment> staged = new ArrayList<>();
    for (int i = 0; i < 140; i++) {
      staged.add(fixture.stage(collection, "id" + i));
    }
    WriterEpoch writer = collection.acquireWriter("job");
    Manifest read = collection.append(staged, writer, 4);
    java.util.UUID build = SegmentIds.timeOrdered(fixture.surroundings);
    try (SegmentWriter tombstones = collection.newTombstones(build, fixture.temporaryFile())) {
      tombstones.add(VectorRecord.tombstone("gone", 3));
      tombstones.finish();
    }
    return fixture.build(build, read, 20, 2, 1).publish(collection);
  }

  private static Head decode(String text) {
    return ManifestJson.decode(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void decode_encoded_isTheSame() {
    Head head = decode(json);

    assertThat(head.index()).isNotNull();
    assertThat(head.index().tombstones()).isNotNull();
    assertThat(head.segments().levels()).hasSize(1);
    assertThat(head.segments().newest()).isNotEmpty();
    assertThat(head.writers()).hasSize(1);
    assertThat(new String(ManifestJson.encode(head), StandardCharsets.UTF_8)).isEqualTo(json);
    Head dropped = head.asDropped();
    assertThat(ManifestJson.decode(ManifestJson.encode(dropped))).isEqualTo(dropped);
  }

  @Test
  void decode_cutShortAnywhere_isCorrupt() {
    for (int length = 0; length < json.length(); length++) {
      String cut = json.substring(0, length);
      assertThatThrownBy(() -> decode(cut))
          .as("cut at %d", cut.length())
          .isInstanceOf(CorruptManifestException.class);
    }
  }

  @Test
  void decode_bytesChanged_isTypedOrStillOne() {
    Random random = new Random(11);
    int refused = 0;
    for (int trial = 0; trial < 3_000; trial++) {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      try {
        ManifestJson.decode(bytes);
      } catch (CorruptManifestException | UnsupportedFormatException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1_000);
  }

  @Test
  void decode_hostileFields_namesThem() {
    assertCorrupt("\"generation\":", "\"generation\":1e999999999,\"x\":", "generation");
    assertCorrupt("\"generation\":", "\"generation\":-5,\"x\":", "generation");
    assertCorrupt("\"generation\":", "\"generation\":9223372036854775808,\"x\":", "generation");
    assertCorrupt("\"generation\":", "\"generation\":\"7\",\"x\":", "generation");
    assertCorrupt("\"generation\":", "\"generation\":1.5,\"x\":", "generation");
    assertCorrupt("\"generation\":", "\"generation\":" + "9".repeat(5_000) + ",\"x\":", "JSON");
    assertCorrupt("\"state\":\"live\"", "\"state\":\"alive\"", "state");
    assertCorrupt("\"state\":\"live\"", "\"state\":5", "state");
    assertCorrupt("\"state\":\"live\"", "\"state\":\"live\",\"state\":\"live\"", "JSON");
    assertCorrupt("\"state\":\"live\"", "\"state\":\"live\",\"colour\":1", "colour");
    assertCorrupt("\"state\":\"live\",", "", "state");
    assertCorrupt("\"collection_id\":\"", "\"collection_id\":\"1-1-1-1-1\",\"x\":\"", "collection");
    assertCorrupt("\"collection_id\":\"", "\"collection_id\":\"zz\",\"x\":\"", "collection_id");
    assertCorrupt("\"created_at\":\"2026", "\"created_at\":\"20x6", "created_at");
    assertCorrupt("\"name\":\"products\"", "\"name\":\"../x\"", "name");
    assertCorrupt("\"tenant_id\":\"default\"", "\"tenant_id\":\"me\"", "tenant_id");
    assertCorrupt("\"distance\":\"cosine\"", "\"distance\":\"far\"", "distance");
    assertCorrupt("\"vector_dim\":3", "\"vector_dim\":99999", "vector_dim");
    assertCorrupt("\"newest\":[", "\"newest\":[5,", "newest");
    assertCorrupt("\"newest\":[", "\"newest\":5,\"x\":[", "newest");
    assertCorrupt("\"newest\":[", "\"newest\":[" + "{},".repeat(70), "newest");
    assertCorrupt("\"levels\":[", "\"levels\":[" + "[],".repeat(10), "levels");
    assertCorrupt("\"levels\":[", "\"levels\":[7,", "levels");
    assertCorrupt("\"writers\":{", "\"writers\":{\"w\":7,", "w");
    assertCorrupt("\"fresh\":{", "\"fresh\":[],\"x\":{", "fresh");
    assertCorrupt("\"first_sequence\":0", "\"first_sequence\":63", "before it begins", 64);
    assertCorrupt("\"max_order\":1", "\"max_order\":-7", "max_order");
    StringBuilder writers = new StringBuilder("\"writers\":{");
    for (int i = 0; i < 300; i++) {
      writers.append("\"w").append(i).append("\":{},");
    }
    assertCorrupt("\"writers\":{", writers.toString(), "writers");
    assertThatThrownBy(() -> decode("[".repeat(100_000)))
        .isInstanceOf(CorruptManifestException.class);
    assertThatThrownBy(() -> decode(json + "{}")).isInstanceOf(CorruptManifestException.class);
    assertThatThrownBy(() -> decode("7")).isInstanceOf(CorruptManifestException.class);
  }

  private void assertCorrupt(String part, String hostile, String named) {
    assertCorrupt(part, hostile, named, 0);
  }

  private void assertCorrupt(String part, String hostile, String named, int lastSequence) {
    assertThat(json).contains(part);
    String changed = json.replaceFirst(java.util.regex.Pattern.quote(part), hostile);
    String text =
        lastSequence == 0
            ? changed
            : changed.replaceFirst("\"last_sequence\":\\d+", "\"last_sequence\":2");
    assertThatThrownBy(() -> decode(text))
        .isInstanceOf(CorruptManifestException.class)
        .hasMessageContaining(named);
  }

  @Test
  void decode_laterVersion_isUnsupportedWhateverElseItHolds() {
    assertThatThrownBy(() -> decode("{\"format_version\":99,\"anything\":[]}"))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("99");
    assertThatThrownBy(() -> decode("{\"format_version\":0}"))
        .isInstanceOf(CorruptManifestException.class);
  }
}
