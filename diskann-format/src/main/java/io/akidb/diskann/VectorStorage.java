package io.akidb.diskann;

/** How full vectors are stored, which searches compare in the end and fetches answer. */
public enum VectorStorage {
  /**
   * The smallest form that loses nothing: bytes where all components are whole numbers from 0 to
   * 255, halves where all are such, otherwise 32 bits.
   */
  AUTO,
  /** 32 bits a component. */
  F32,
  /**
   * 16 bits a component (IEEE 754 binary16), rounded: half the bytes, and recall is the same within
   * a thousandth. Vectors out of its range are refused.
   */
  F16,
  /** 8 bits a component, and a step and a zero of each vector: a quarter of the bytes, rounded. */
  INT8
}
