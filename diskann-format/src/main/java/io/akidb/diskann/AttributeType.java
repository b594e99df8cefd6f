package io.akidb.diskann;

/** The type of a declared attribute. */
public enum AttributeType {
  /** Text, ordered by its UTF-8 bytes. */
  STRING(0),
  /** A list of texts. */
  STRING_LIST(1),
  /** A 64-bit integer. */
  LONG(2),
  /** A 64-bit floating-point number, never NaN. */
  DOUBLE(3),
  /** True or false. */
  BOOLEAN(4);

  /** One more than the greatest {@link #code}. */
  public static final int CODES = 5;

  private final int code;

  AttributeType(int code) {
    this.code = code;
  }

  /** How files name it. */
  public int code() {
    return code;
  }

  /** The type of a code below {@link #CODES}. */
  public static AttributeType ofCode(int code) {
    return switch (code) {
      case 0 -> STRING;
      case 1 -> STRING_LIST;
      case 2 -> LONG;
      case 3 -> DOUBLE;
      case 4 -> BOOLEAN;
      default -> throw new IllegalArgumentException("no attribute type has code " + code);
    };
  }
}
