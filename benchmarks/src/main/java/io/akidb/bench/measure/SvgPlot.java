package io.akidb.bench.measure;

import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;

/** Recall against queries per second, the latter on a logarithmic scale. */
public final class SvgPlot {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 520;
  private static final int LEFT = 80;
  private static final int RIGHT = 210;
  private static final int TOP = 50;
  private static final int BOTTOM = 60;
  private static final double RECALL_MIN = 0.80;
  private static final List<String> COLOURS =
      List.of(
          "#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#e377c2",
          "#7f7f7f", "#bcbd22");

  private final StringBuilder svg = new StringBuilder();
  private final double decadeMin;
  private final double decadeMax;

  private SvgPlot(List<Curve> curves) {
    double slowest = Double.POSITIVE_INFINITY;
    double fastest = 1;
    for (Curve curve : curves) {
      for (Point point : shown(curve)) {
        slowest = Math.min(slowest, point.queriesPerCpuSecond());
        fastest = Math.max(fastest, point.queriesPerCpuSecond());
      }
    }
    // Half decades, so that the curves fill the picture.
    decadeMin = Math.floor(2 * Math.log10(Math.min(slowest, fastest))) / 2;
    decadeMax = Math.max(decadeMin + 0.5, Math.ceil(2 * Math.log10(fastest)) / 2);
  }

  /** The picture. */
  public static String of(Report report) {
    List<Curve> curves = report.results().stream().map(Report.Result::curve).toList();
    SvgPlot plot = new SvgPlot(curves);
    plot.frame(
        String.format(
            Locale.ROOT,
            "%s, %,d x %d, k=%d, one thread",
            report.data().name(),
            report.data().rows(),
            report.data().dimension(),
            report.k()));
    for (int i = 0; i < curves.size(); i++) {
      plot.curve(curves.get(i), i);
    }
    return plot.svg.append("</svg>\n").toString();
  }

  private static List<Point> shown(Curve curve) {
    return curve.frontier().stream().filter(point -> point.recall() >= RECALL_MIN).toList();
  }

  private void frame(String title) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">%n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
        WIDTH, HEIGHT);
    text(LEFT, 28, 15, "start", title);
    for (int step = 0; step <= 8; step++) {
      double recall = RECALL_MIN + step * 0.025;
      line(x(recall), TOP, x(recall), HEIGHT - BOTTOM, "#dddddd");
      text(
          x(recall),
          HEIGHT - BOTTOM + 18,
          12,
          "middle",
          String.format(Locale.ROOT, "%.3f", recall));
    }
    for (double decade = Math.floor(decadeMin); decade < decadeMax; decade += 1) {
      for (int times = 1; times < 10; times++) {
        double rate = times * Math.pow(10, decade);
        if (Math.log10(rate) >= decadeMin && Math.log10(rate) <= decadeMax) {
          line(LEFT, y(rate), WIDTH - RIGHT, y(rate), "#eeeeee");
          if (times == 1 || times == 2 || times == 5) {
            text(LEFT - 8, y(rate) + 4, 12, "end", String.format(Locale.ROOT, "%,.0f", rate));
          }
        }
      }
    }
    line(x(Report.RECALL), TOP, x(Report.RECALL), HEIGHT - BOTTOM, "#999999");
    text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 18, 13, "middle", "recall@10");
    text(LEFT, TOP - 8, 12, "start", "queries per CPU second");
  }

  private void curve(Curve curve, int index) {
    String colour = COLOURS.get(index % COLOURS.size());
    // Where colours are used up they come again, dashed.
    String dashes = index < COLOURS.size() ? "none" : "6 3";
    StringBuilder path = new StringBuilder();
    for (Point point : shown(curve)) {
      double x = x(point.recall());
      double y = y(point.queriesPerCpuSecond());
      path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
      add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n", x, y, colour);
    }
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\""
            + " stroke-dasharray=\"%s\"/>%n",
        path.toString().trim(), colour, dashes);
    int at = TOP + 12 + 20 * index;
    add(
        "<path d=\"M%d %d h24\" stroke=\"%s\" stroke-width=\"3\" stroke-dasharray=\"%s\"/>%n",
        WIDTH - RIGHT + 14, at - 4, colour, dashes);
    text(WIDTH - RIGHT + 44, at, 12, "start", curve.label());
  }

  private static double x(double recall) {
    return LEFT + (recall - RECALL_MIN) / (1 - RECALL_MIN) * (WIDTH - RIGHT - LEFT);
  }

  private double y(double rate) {
    double share = (Math.log10(rate) - decadeMin) / (decadeMax - decadeMin);
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  }

  private void line(double x1, double y1, double x2, double y2, String colour) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
        x1, y1, x2, y2, colour);
  }

  private void text(double x, double y, int size, String anchor, String words) {
    String escaped = words.replace("&", "&amp;").replace("<", "&lt;");
    add(
        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"%s\">%s</text>%n",
        x, y, size, anchor, escaped);
  }

  @FormatMethod
  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
