package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/** The arithmetic of binary codes by plain loops: the reference. */
public final class ScalarBinaryKernels implements BinaryKernels {
  @Override
  public void signs(
      MemorySegment a, long aByteOffset, float[] b, int length, short[] into, float[] sums) {
    float squares = 0;
    float absolute = 0;
    float signed = 0;
    for (int i = 0; i < length; i += Short.SIZE) {
      int bits = 0;
      for (int j = i; j < i + Short.SIZE; j++) {
        float difference = a.get(SegmentLayout.F32, aByteOffset + 4L * j) - b[j];
        squares += difference * difference;
        absolute += Math.abs(difference);
        boolean isSet = difference >= 0;
        signed += isSet ? b[j] : -b[j];
        bits |= isSet ? 1 << (j - i) : 0;
      }
      into[i / Short.SIZE] = (short) bits;
    }
    sums[0] = squares;
    sums[1] = absolute;
    sums[2] = signed;
  }

  @Override
  public void hadamard(float[] vector, int from, int length) {
    for (int half = 1; half < length; half <<= 1) {
      for (int block = from; block < from + length; block += 2 * half) {
        for (int i = block; i < block + half; i++) {
          float a = vector[i];
          float b = vector[i + half];
          vector[i] = a + b;
          vector[i + half] = a - b;
        }
      }
    }
  }

  @Override
  public void tables(float[] vector, float scale, int length, byte[] tables) {
    for (int i = 0; i < length; i += 4) {
      for (int j = 0; j < 16; j++) {
        float sum = 0.5f;
        for (int b = 0; b < 4; b++) {
          float component = vector[i + b] * scale;
          sum += ((j >> b & 1) == 1 ? component : 0) - Math.min(component, 0);
        }
        tables[4 * i + j] = (byte) (int) sum;
      }
    }
  }

  @Override
  public int estimates(
      MemorySegment codes,
      long addendsAt,
      long factorsAt,
      float addendUnit,
      float factorUnit,
      int[] sums,
      float least,
      float unit,
      float base,
      float limit,
      float[] into) {
    int below = 0;
    for (int i = 0; i < FastScan.LANES; i++) {
      int addend = codes.get(SegmentLayout.I16, addendsAt + 2L * i);
      int factor = codes.get(SegmentLayout.I8, factorsAt + i) & 255;
      into[i] = base + addendUnit * addend + factorUnit * factor * (least + unit * sums[i]);
      below |= into[i] < limit ? 1 << i : 0;
    }
    return below;
  }
}
