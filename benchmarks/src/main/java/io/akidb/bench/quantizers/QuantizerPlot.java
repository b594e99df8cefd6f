package io.akidb.bench.quantizers;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Bytes of a code, on a logarithmic scale, against recall: alone, and with 20 reranked. */
public final class QuantizerPlot {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 480;
  private static final int LEFT = 70;
  private static final int RIGHT = 190;
  private static final int TOP = 50;
  private static final int BOTTOM = 60;
  private static final List<String> COLOURS =
      List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b");

  private record Place(double x, double y) {}

  private final StringBuilder svg = new StringBuilder();
  private final double low;
  private final double high;
  private final double floor;

  private QuantizerPlot(QuantizerReport report) {
    double least = Double.POSITIVE_INFINITY;
    double most = 1;
    double worst = 1;
    for (QuantizerReport.Result each : report.results()) {
      least = Math.min(least, each.bytesPerVector());
      most = Math.max(most, each.bytesPerVector());
      worst = Math.min(worst, each.recalls().getFirst());
    }
    low = Math.floor(Math.log(least) / Math.log(2) - 0.2);
    high = Math.ceil(Math.log(most) / Math.log(2) + 0.2);
    floor = Math.floor(10 * Math.min(0.9, worst)) / 10;
  }

  /** The picture. */
  public static String of(QuantizerReport report) {
    QuantizerPlot plot = new QuantizerPlot(report);
    plot.frame(report);
    Map<String, List<Place>> alone = new LinkedHashMap<>();
    Map<String, List<Place>> reranked = new LinkedHashMap<>();
    for (QuantizerReport.Result each : report.results()) {
      plot.point(alone, each, each.recalls().get(0));
      plot.point(reranked, each, each.recalls().get(1));
    }
    int i = 0;
    for (String name : alone.keySet()) {
      String colour = COLOURS.get(i % COLOURS.size());
      plot.line(alone.getOrDefault(name, List.of()), colour, "none");
      plot.line(reranked.getOrDefault(name, List.of()), colour, "5 4");
      plot.text(WIDTH - RIGHT + 30, TOP + 14 + 20 * i, "start", name.toLowerCase(Locale.ROOT));
      plot.add(
          "<circle cx=\"%d\" cy=\"%d\" r=\"5\" fill=\"%s\"/>%n",
          WIDTH - RIGHT + 18, TOP + 10 + 20 * i, colour);
      i++;
    }
    plot.text(WIDTH - RIGHT + 14, TOP + 24 + 20 * i, "start", "dashed: 20 reranked");
    return plot.svg.append("</svg>\n").toString();
  }

  private void frame(QuantizerReport report) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">%n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
        WIDTH, HEIGHT);
    text(
        LEFT,
        28,
        "start",
        String.format(
            Locale.ROOT,
            "%s, %,d x %d: every code scored",
            report.data().name(),
            report.data().rows(),
            report.data().dimension()));
    for (int power = (int) low; power <= high; power++) {
      double x = x(1 << power);
      rule(x, TOP, x, HEIGHT - BOTTOM);
      text(x, HEIGHT - BOTTOM + 18, "middle", String.valueOf(1 << power));
    }
    for (double recall = floor; recall < 1.001; recall += 0.1) {
      rule(LEFT, y(recall), WIDTH - RIGHT, y(recall));
      text(LEFT - 8, y(recall) + 4, "end", String.format(Locale.ROOT, "%.1f", recall));
    }
    text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 18, "middle", "bytes of a code");
    text(LEFT, TOP - 8, "start", "recall@10");
  }

  private void point(Map<String, List<Place>> lines, QuantizerReport.Result each, double recall) {
    lines
        .computeIfAbsent(each.quantization(), name -> new ArrayList<>())
        .add(new Place(x(each.bytesPerVector()), y(recall)));
  }

  private void line(List<Place> places, String colour, String dashes) {
    StringBuilder points = new StringBuilder();
    for (Place place : places) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", place.x(), place.y()));
      add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>%n",
          place.x(), place.y(), colour);
    }
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\""
            + " stroke-dasharray=\"%s\"/>%n",
        points.toString().trim(), colour, dashes);
  }

  private double x(double bytes) {
    double share = (Math.log(bytes) / Math.log(2) - low) / (high - low);
    return LEFT + share * (WIDTH - RIGHT - LEFT);
  }

  private double y(double recall) {
    return HEIGHT - BOTTOM - (recall - floor) / (1 - floor) * (HEIGHT - BOTTOM - TOP);
  }

  private void rule(double x1, double y1, double x2, double y2) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
        x1, y1, x2, y2);
  }

  private void text(double x, double y, String anchor, String words) {
    String escaped = words.replace("&", "&amp;").replace("<", "&lt;");
    add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, escaped);
  }

  @FormatMethod
  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
