package io.akidb.diskann.format.v1;

import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The section that tells what list size a wanted recall takes; a shard may do without. */
public final class CalibrationSection {
  private static final int CURVES_MAX = 16;
  private static final int POINTS_MAX = 64;
  private static final int POINT_BYTES = 8;

  private CalibrationSection() {}

  /** Writes the section. */
  public static void write(SectionOutput out, RecallCalibration calibration) {
    out.putInt(calibration.curves().size());
    for (RecallCalibration.Curve curve : calibration.curves()) {
      out.putInt(curve.k());
      out.putInt(curve.recalls().length);
      for (int i = 0; i < curve.recalls().length; i++) {
        out.putInt(curve.listSizes()[i]);
        out.putFloat(curve.recalls()[i]);
      }
    }
  }

  /** Reads the section, whose checksum is checked; what is typical if it is not there. */
  public static RecallCalibration read(ShardFile file) {
    return file.has(ShardSections.CALIBRATION)
        ? parse(file.checkedSection(ShardSections.CALIBRATION))
        : RecallCalibration.TYPICAL;
  }

  static RecallCalibration parse(MemorySegment in) {
    int count = number(in, 0, 1, CURVES_MAX);
    long at = 4;
    List<RecallCalibration.Curve> curves = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int above = curves.isEmpty() ? 0 : curves.getLast().k();
      int k = number(in, at, above + 1, SearchParameters.K_MAX);
      int points = number(in, at + 4, 1, POINTS_MAX);
      at += 8;
      int[] listSizes = new int[points];
      float[] recalls = new float[points];
      for (int p = 0; p < points; p++, at += POINT_BYTES) {
        int shorter = p == 0 ? 0 : listSizes[p - 1];
        listSizes[p] = number(in, at, shorter + 1, SearchParameters.LIST_SIZE_MAX);
        require(in, at + POINT_BYTES);
        recalls[p] = in.get(SegmentLayout.F32, at + 4);
        if (!(recalls[p] >= (p == 0 ? 0 : recalls[p - 1]) && recalls[p] <= 1)) {
          throw ShardFile.corrupt("the calibration has a recall of " + recalls[p]);
        }
      }
      curves.add(new RecallCalibration.Curve(k, listSizes, recalls));
    }
    if (at != in.byteSize()) {
      throw ShardFile.corrupt("the calibration has " + in.byteSize() + " bytes");
    }
    return new RecallCalibration(true, curves);
  }

  private static int number(MemorySegment in, long at, int least, int most) {
    require(in, at + 4);
    int value = in.get(SegmentLayout.I32, at);
    if (value < least || value > most) {
      throw ShardFile.corrupt("the calibration has " + value + " at byte " + at);
    }
    return value;
  }

  private static void require(MemorySegment in, long bytes) {
    if (in.byteSize() < bytes) {
      throw ShardFile.corrupt("the calibration has " + in.byteSize() + " bytes");
    }
  }
}
