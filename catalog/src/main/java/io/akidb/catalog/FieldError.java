package io.akidb.catalog;

/**
 * What is wrong with one field of a record.
 *
 * @param pointer RFC 6901, relative to the record, as {@code /vector} or {@code /payload/price}
 * @param detail for a person, continuing the field's name: {@code has 383 numbers, the collection
 *     has 384}
 */
public record FieldError(String pointer, String detail) {}
