import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Writes the pid of the process that maps the numbers 1 to 1,000 and their sum into the file that it is given. */
public final class CountOnFlink {
  public static void main(String[] arguments) throws Exception {
    String file = arguments[0];
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink
        .fromSequence(1, 1000)
        .keyBy(number -> 0)
        .reduce(Long::sum)
        .map(
            sum -> {
              Files.writeString(Path.of(file), sum + " " + ProcessHandle.current().pid());
              return sum;
            })
        .print();
    flink.execute("count");
  }
}
