package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.VectorRecord;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ItemCodecTest {
  private static final long SEED = 4711;

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.appendCodePoint(
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(0x20);
            case 1 -> 0xe0 + random.nextInt(0x100);
            case 2 -> 0x1f600 + random.nextInt(0x40);
            default -> 'a' + random.nextInt(26);
          });
    }
    return text.toString();
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(50)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Item item(Random random) {
    Item.Origin origin = new Item.Origin(text(random), text(random));
    if (random.nextInt(3) == 0) {
      return new Item.DeadLetter(text(random), bytes(random), origin);
    }
    if (random.nextInt(3) == 0) {
      return new Item.Row(VectorRecord.tombstone(text(random), random.nextLong()), origin);
    }
    float[] vector = new float[random.nextInt(9)];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = Float.intBitsToFloat(random.nextInt());
    }
    byte[] payload = random.nextBoolean() ? bytes(random) : null;
    return new Item.Row(
        VectorRecord.upsert(text(random), random.nextLong(), vector, payload), origin);
  }

  @Test
  void decode_whatWasEncoded_isTheSame() {
    Random random = new Random(SEED);
    for (int i = 0; i < 5_000; i++) {
      Item item = item(random);

      assertSame(ItemCodec.decode(ItemCodec.encode(item)), item, "item " + i + " of seed " + SEED);
    }
  }

  private static void assertSame(Item actual, Item expected, String which) {
    assertThat(actual.origin()).as(which).isEqualTo(expected.origin());
    if (expected instanceof Item.DeadLetter letter) {
      assertThat(TestFiles.letter(actual).reason()).as(which).isEqualTo(letter.reason());
      assertThat(TestFiles.letter(actual).raw()).as(which).isEqualTo(letter.raw());
    } else {
      VectorRecord row = TestFiles.row(expected);
      assertThat(TestFiles.row(actual).id()).as(which).isEqualTo(row.id());
      assertThat(TestFiles.row(actual).order()).as(which).isEqualTo(row.order());
      assertThat(TestFiles.row(actual).vector()).as(which).isEqualTo(row.vector());
      assertThat(TestFiles.row(actual).payload()).as(which).isEqualTo(row.payload());
    }
  }

  @Test
  void route_versionsOfOneId_isTheSame() {
    Random random = new Random(SEED);
    for (int i = 0; i < 500; i++) {
      String id = text(random);
      byte[] first = version(VectorRecord.upsert(id, 1, new float[] {1}, bytes(random)), "a");
      byte[] second = version(VectorRecord.upsert(id, 2, new float[] {2, 3}, null), "bb");
      byte[] deletion = version(VectorRecord.tombstone(id, 3), "c");

      assertThat(ItemCodec.route(second)).isEqualTo(ItemCodec.route(first));
      assertThat(ItemCodec.route(deletion)).isEqualTo(ItemCodec.route(first));
    }
  }

  private static byte[] version(VectorRecord row, String source) {
    return ItemCodec.encode(new Item.Row(row, new Item.Origin(source, "row 1")));
  }

  @Test
  void route_differentIds_areSpread() {
    Set<Integer> writers = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      byte[] bytes = version(VectorRecord.tombstone("id-" + i, 1), "a");
      writers.add(Math.floorMod(ItemCodec.route(bytes), 8));
    }
    assertThat(writers).hasSize(8);
  }
}
