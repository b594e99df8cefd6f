package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.VectorRecord;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Seeded upserts, deletes and bad records over few ids, with event orders that do not follow their
 * places; and what a collection must hold once it has read them.
 */
final class Events {
  private static final int BAD_PERCENT = 2;
  private static final int DELETE_PERCENT = 10;

  /** One event; {@code value} is below zero for a delete. */
  record Event(String id, long order, int value, boolean bad) {
    String json() {
      if (bad) {
        return "{\"id\":\"" + id + "\",\"vector\":[1,2],\"order\":" + order + "}";
      }
      return value < 0
          ? "{\"id\":\"" + id + "\",\"op\":\"delete\",\"order\":" + order + "}"
          : "{\"id\":\"" + id + "\",\"vector\":[" + value + ",1,2,3],\"order\":" + order + "}";
    }

    VectorRecord row() {
      return value < 0
          ? VectorRecord.tombstone(id, order)
          : VectorRecord.upsert(id, order, new float[] {value, 1, 2, 3}, null);
    }
  }

  private final List<Event> all = new ArrayList<>();

  /** Makes {@code count} events over {@code ids} ids, no two of one order. */
  Events(long seed, int count, int ids) {
    Random random = new Random(seed);
    List<Long> orders = new ArrayList<>();
    for (long order = 1; order <= count; order++) {
      orders.add(order * 10);
    }
    java.util.Collections.shuffle(orders, random);
    for (int i = 0; i < count; i++) {
      int dice = random.nextInt(100);
      all.add(
          new Event(
              "id-" + random.nextInt(ids),
              orders.get(i),
              dice < DELETE_PERCENT ? -1 : i,
              dice >= 100 - BAD_PERCENT));
    }
  }

  private Events(List<Event> some) {
    all.addAll(some);
  }

  /** Every {@code of}th of them from the {@code index}th on. */
  Events part(int index, int of) {
    List<Event> part = new ArrayList<>();
    for (int i = index; i < all.size(); i += of) {
      part.add(all.get(i));
    }
    return new Events(part);
  }

  List<Event> all() {
    return all;
  }

  long good() {
    return all.stream().filter(event -> !event.bad()).count();
  }

  /** Writes them to files in turn, as lines of JSON. */
  List<Path> writeTo(Path folder, int files) throws IOException {
    Files.createDirectories(folder);
    List<Path> paths = new ArrayList<>();
    for (int file = 0; file < files; file++) {
      Path path = folder.resolve(folder.getFileName() + "-" + file + ".jsonl");
      try (BufferedWriter out = Files.newBufferedWriter(path)) {
        for (int i = file; i < all.size(); i += files) {
          out.write(all.get(i).json());
          out.newLine();
        }
      }
      paths.add(path);
    }
    return paths;
  }

  /** Requires that a collection holds each of them once, and each id's newest value. */
  void requireIn(Collected collected, List<Event> others, String because) {
    List<Event> expected = new ArrayList<>(all);
    expected.addAll(others);
    List<VectorRecord> rows = collected.rows();
    assertThat(places(rows.stream().map(VectorRecord::order).toList()))
        .as(because + ": how often each event was committed")
        .isEqualTo(
            places(expected.stream().filter(event -> !event.bad()).map(Event::order).toList()));
    assertThat(values(Collected.newest(rows)))
        .as(because + ": the newest of each id")
        .isEqualTo(
            values(
                Collected.newest(
                    expected.stream().filter(event -> !event.bad()).map(Event::row).toList())));
    List<JsonNode> letters = collected.deadLetters();
    assertThat(
            letters.stream()
                .map(letter -> letter.get("source").asText() + letter.get("position").asText())
                .toList())
        .as(because + ": dead letters")
        .doesNotHaveDuplicates()
        .hasSize((int) (all.size() - good()));
  }

  /** How many have how many; a mistake then shows by few numbers rather than by all events. */
  private static Map<String, Long> places(List<Long> orders) {
    Map<Long, Long> times =
        orders.stream().collect(Collectors.groupingBy(order -> order, Collectors.counting()));
    Map<String, Long> summary = new TreeMap<>();
    times.values().forEach(n -> summary.merge(n + " times", 1L, Long::sum));
    summary.put("sum of orders", times.keySet().stream().mapToLong(order -> order).sum());
    return summary;
  }

  private static Map<String, String> values(Map<String, VectorRecord> newest) {
    Map<String, String> values = new TreeMap<>();
    newest.forEach(
        (id, row) -> {
          float[] vector = row.vector();
          values.put(id, row.order() + (vector == null ? " deleted" : " " + vector[0]));
        });
    return values;
  }
}
