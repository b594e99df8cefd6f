import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Adds the numbers that it is given on the executors, and says in which process each part was added. */
public final class SumOnSpark {
  public static void main(String[] arguments) {
    try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("sum"))) {
      List<String> numbers = List.of(arguments);
      int sum = spark.parallelize(numbers, numbers.size()).map(Integer::parseInt).reduce(Integer::sum);
      boolean elsewhere =
          spark
              .parallelize(numbers, 1)
              .map(any -> ProcessHandle.current().pid())
              .collect()
              .stream()
              .noneMatch(pid -> pid == ProcessHandle.current().pid());
      System.out.println("sum=" + sum + " in another process=" + elsewhere);
    }
  }
}
