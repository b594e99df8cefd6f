package io.akidb.serving.rest;

import io.akidb.catalog.AttributeType;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.Metric;
import io.akidb.serving.filter.FilterParser;
import io.akidb.serving.problem.ServingException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Mutated bodies either parse or are refused with a {@link ServingException}; nothing else ever
 * comes out.
 */
class RequestFuzzer {
  private static final long SEED = 99;
  private static final int ROUNDS = 60_000;
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          3,
          Metric.COSINE,
          IndexType.DISKANN,
          new TreeMap<>(
              Map.of(
                  "s",
                  AttributeType.STRING,
                  "l",
                  AttributeType.LONG,
                  "t",
                  AttributeType.STRING_LIST)));
  private static final List<String> SEEDS =
      List.of(
          "{\"vector\": [1, 2.5e3, -0.1], \"k\": 10, \"filter\": {\"s\": {\"$in\": [\"a\", \"b\"]}}, \"include\": [\"vector\"]}",
          "{\"vectors\": [[1,2,3],\"AACAPwAAAEAAAEBA\"], \"radius\": 0.5, \"explain\": true, \"as_of\": 3}",
          "{\"vectors\": [{\"id\": \"a\", \"vector\": [1, 2, 3], \"payload\": {\"s\": \"x\", \"l\": 5, \"t\": [\"u\"]}}]}",
          "{\"$and\": [{\"s\": \"a\"}, {\"$or\": [{\"l\": {\"$gt\": 5, \"$lte\": 9}}, {\"$not\": {\"t\": {\"$contains\": \"x\"}}}]}]}",
          "{\"x\": {\"$not\": {\"$prefix\": \"a\"}}, \"l\": {\"$exists\": false}, \"s\": {\"$nin\": [\"q\"]}}");

  @Test
  void bodies_mutated_parseOrAreRefused() {
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] body =
          mutate(SEEDS.get(random.nextInt(SEEDS.size())).getBytes(StandardCharsets.UTF_8), random);
      try {
        switch (i % 3) {
          case 0 -> SearchBody.parse(new ByteArrayInputStream(body), 3).fields().whole("k", 1, 100);
          case 1 -> UpsertBody.parse(new ByteArrayInputStream(body), SCHEMA);
          default -> parseFilter(body);
        }
      } catch (ServingException e) {
        if (e.getMessage().length() > 1000) {
          throw new AssertionError("an endless message, seed " + SEED + ", round " + i);
        }
      } catch (RuntimeException e) {
        throw new AssertionError(
            "seed " + SEED + ", round " + i + ": " + new String(body, StandardCharsets.UTF_8), e);
      }
    }
  }

  private static void parseFilter(byte[] body) {
    try {
      FilterParser.parse(Json.WHOLE.readTree(body), "/filter", SCHEMA);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw Fields.malformed(e);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] mutate(byte[] seed, Random random) {
    byte[] body = seed.clone();
    for (int m = random.nextInt(4); m >= 0; m--) {
      if (body.length == 0) {
        return body;
      }
      int at = random.nextInt(body.length);
      switch (random.nextInt(5)) {
        case 0 -> body[at] = (byte) random.nextInt(256);
        case 1 -> body[at] = (byte) "{}[]\",:$0-eE.tfn".charAt(random.nextInt(16));
        case 2 -> body = java.util.Arrays.copyOf(body, at);
        case 3 -> {
          byte[] longer = new byte[Math.min(100_000, body.length * 2)];
          for (int i = 0; i < longer.length; i++) {
            longer[i] = body[i % body.length];
          }
          body = longer;
        }
        default -> {
          int from = random.nextInt(body.length);
          int length = Math.min(body.length - Math.max(at, from), 1 + random.nextInt(12));
          System.arraycopy(body, from, body, at, Math.max(0, length));
        }
      }
    }
    return body;
  }
}
