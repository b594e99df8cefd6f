package io.akidb.diskann.format.v1;

import static io.akidb.diskann.format.v1.ShardModel.pick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.AttributeIndex;
import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.TestProviders;
import io.akidb.diskann.VectorIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.roaringbitmap.RoaringBitmap;

/** Every predicate of the attribute index against a look at every record. */
class AttributeFilterTest {
  private static final int ROUNDS = 1000;

  @TempDir Path folder;

  private ShardModel model;
  private VectorIndex index;

  @ParameterizedTest
  @CsvSource({"flat, 0", "flat, 1", "flat, 200", "diskann, 200", "diskann, 77"})
  void predicate_any_matchesAsBruteForceDoes(String type, int count) {
    long seed = count * 17L + type.length();
    model = ShardModel.random(seed, 3, DistanceMetric.L2, count);
    Path file = folder.resolve("a.shard");
    model.write(type, file);
    Random random = new Random(seed);
    List<String> names = new ArrayList<>(ShardModel.ATTRIBUTES.keySet());
    try (VectorIndex open = TestProviders.of(type).open(file)) {
      index = open;
      for (int round = 0; round < ROUNDS; round++) {
        requireSame(pick(names, random), random, "seed " + seed + ", round " + round);
      }
      requireUnknownNames(open.attributes());
    }
  }

  private void requireSame(String name, Random random, String where) {
    AttributeIndex attributes = index.attributes();
    AttributeValue a = value(random);
    AttributeValue b = value(random);
    boolean ai = random.nextBoolean();
    boolean bi = random.nextBoolean();
    @Nullable AttributeValue from = random.nextInt(4) == 0 ? null : a;
    @Nullable AttributeValue to = random.nextInt(4) == 0 ? null : b;
    String prefix = pick(ShardModel.TEXTS, random);
    boolean ordered = ShardModel.ATTRIBUTES.get(name) != AttributeType.BOOLEAN;
    switch (random.nextInt(5)) {
      case 0 -> require(where, name, attributes.equal(name, a), v -> AttributeRules.equal(v, a));
      case 1 ->
          require(
              where,
              name,
              attributes.in(name, List.of(a, b)),
              v -> AttributeRules.equal(v, a) || AttributeRules.equal(v, b));
      case 2 ->
          require(
              where + ": " + name + " from " + from + " " + ai + " to " + to + " " + bi,
              name,
              attributes.range(name, from, ai, to, bi),
              v ->
                  ordered
                      && (from == null
                          || AttributeRules.isPast(v, from, 1)
                          || (ai && AttributeRules.equal(v, from)))
                      && (to == null
                          || AttributeRules.isPast(v, to, -1)
                          || (bi && AttributeRules.equal(v, to))));
      case 3 ->
          require(
              where,
              name,
              attributes.prefix(name, prefix),
              v -> v instanceof AttributeValue.Text text && text.value().startsWith(prefix));
      default -> require(where, name, attributes.exists(name), v -> true);
    }
  }

  private static AttributeValue value(Random random) {
    return switch (random.nextInt(4)) {
      case 0 ->
          new AttributeValue.Text(
              pick(ShardModel.TEXTS, random) + (random.nextInt(4) == 0 ? "a" : ""));
      case 1 -> new AttributeValue.Int64(pick(ShardModel.LONGS, random));
      case 2 -> new AttributeValue.Float64(pick(ShardModel.DOUBLES, random));
      default -> new AttributeValue.Bool(random.nextBoolean());
    };
  }

  /** The ids of records of whose values one is accepted, a list's elements each for itself. */
  private void require(
      String where, String name, RoaringBitmap found, Predicate<AttributeValue> accepts) {
    Set<String> expected =
        model.records().stream()
            .filter(r -> r.attributes().containsKey(name))
            .filter(r -> AttributeRules.any(name, r.attributes().get(name), accepts))
            .map(r -> r.vectorId())
            .collect(Collectors.toSet());
    assertThat(Arrays.stream(found.toArray()).mapToObj(index::vectorId).collect(Collectors.toSet()))
        .as(where)
        .isEqualTo(expected);
  }

  private static void requireUnknownNames(AttributeIndex attributes) {
    assertThat(attributes.has("name")).isTrue();
    assertThat(attributes.has("nothing")).isFalse();
    AttributeValue value = new AttributeValue.Int64(1);
    assertThatThrownBy(() -> attributes.equal("nothing", value)).hasMessageContaining("nothing");
    assertThatThrownBy(() -> attributes.in("nothing", List.of())).hasMessageContaining("nothing");
    assertThatThrownBy(() -> attributes.range("nothing", value, true, null, true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> attributes.prefix("nothing", "a")).hasMessageContaining("nothing");
    assertThatThrownBy(() -> attributes.exists("nothing")).hasMessageContaining("nothing");
    AttributeValue nan = new AttributeValue.Float64(Double.NaN);
    for (String name : List.of("year", "price")) {
      assertThat(attributes.equal(name, nan).isEmpty()).isTrue();
      assertThat(attributes.range(name, nan, true, null, true).isEmpty()).isTrue();
      assertThat(attributes.range(name, null, true, nan, true).isEmpty()).isTrue();
    }
    assertThat(attributes.equal("name", new AttributeValue.Text("\udc00")).isEmpty()).isTrue();
    assertThat(attributes.equal("tags", new AttributeValue.TextList(List.of("a"))).isEmpty())
        .isTrue();
  }
}
