package io.akidb.catalog;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which codes of its vectors a graph is walked by. */
public enum IndexQuantization {
  /** Binary codes of the neighbours, beside them: the fastest, most bytes on disk. */
  BINARY("binary"),
  /** Codes of all vectors in a section of their own; dimension and metric choose which. */
  RESIDENT("resident"),
  /** Product quantization. */
  PQ("pq"),
  /** Product quantization after a rotation. */
  OPQ("opq"),
  /** A byte of each component. */
  SQ8("sq8"),
  /** Four bits of each component. */
  SQ4("sq4"),
  /** A bit of each component. */
  RABITQ("rabitq");

  private final String jsonName;

  IndexQuantization(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in JSON and on command lines. */
  public String jsonName() {
    return jsonName;
  }

  /** The one of a name, if there is one. */
  public static Optional<IndexQuantization> ofJsonName(String name) {
    return Arrays.stream(values()).filter(each -> each.jsonName.equals(name)).findFirst();
  }

  /** All names, for messages. */
  public static String names() {
    return Arrays.stream(values())
        .map(each -> "'" + each.jsonName + "'")
        .collect(Collectors.joining(", "));
  }

  /** Whether codes have a length to choose. */
  boolean hasSubvectors() {
    return this == PQ || this == OPQ;
  }

  /** What a request that names none stands for. */
  static IndexQuantization implied(int pqSubvectors) {
    return pqSubvectors > 0 ? PQ : BINARY;
  }
}
