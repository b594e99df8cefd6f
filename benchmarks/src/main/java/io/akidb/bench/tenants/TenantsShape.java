package io.akidb.bench.tenants;

/**
 * How much of what a bucket of many tenants holds.
 *
 * @param tenants how many
 * @param collections of each tenant; the last is built, the others are fresh
 * @param rows of each collection
 * @param dimension of a vector
 */
public record TenantsShape(int tenants, int collections, int rows, int dimension) {
  String folder() {
    return tenants + "x" + collections + "-" + rows + "x" + dimension;
  }
}
