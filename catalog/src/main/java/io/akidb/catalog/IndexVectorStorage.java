package io.akidb.catalog;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a shard stores its full vectors. */
public enum IndexVectorStorage {
  /** The smallest form that loses nothing. */
  AUTO("auto"),
  /** 32 bits a component. */
  F32("f32"),
  /** 16 bits a component, rounded (IEEE 754 binary16). */
  F16("f16"),
  /** 8 bits a component, rounded, with a step and a zero of each vector. */
  INT8("int8");

  private final String jsonName;

  IndexVectorStorage(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in JSON and on command lines. */
  public String jsonName() {
    return jsonName;
  }

  /** The one of a name, if there is one. */
  public static Optional<IndexVectorStorage> ofJsonName(String name) {
    return Arrays.stream(values()).filter(each -> each.jsonName.equals(name)).findFirst();
  }

  /** All names, for messages. */
  public static String names() {
    return Arrays.stream(values())
        .map(each -> "'" + each.jsonName + "'")
        .collect(Collectors.joining(", "));
  }
}
