package io.chiaroscuro.spark.sql;

import io.chiaroscuro.spark.generation.ClusterGeneration;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.classic.UserDefinedFunctionUtils;
import org.apache.spark.sql.execution.aggregate.ScalaAggregator$;
import org.apache.spark.sql.expressions.SparkUserDefinedFunction;
import org.apache.spark.sql.expressions.UserDefinedAggregator;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Gives SQL functions of pictures' bytes, as the source {@code binaryFile} reads them: for all
 * sessions by {@code --conf spark.sql.extensions=io.chiaroscuro.spark.sql.ChiaroscuroExtensions},
 * for one by {@link #register}.
 *
 * <ul>
 *   <li>{@code brightness(content)}: the mean of all pixels and channels of a picture, 0 to 1
 *   <li>{@code brightness_deviation(content)}: their standard deviation
 *   <li>{@code brightness_histogram(content)}: how bright all pictures of a group are, see {@link
 *       io.chiaroscuro.spark.brightness.BrightnessHistogram}
 * </ul>
 *
 * <p>The brightness of what cannot be decoded is null.
 */
public final class ChiaroscuroExtensions
    extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {

  /** Gives a session the functions. */
  public static void register(SparkSession session) {
    for (SqlFunction function : SqlFunction.values()) {
      session.udf().register(function.sqlName(), function.function());
    }
  }

  /**
   * Gives a session these functions, and {@code generate(order)}, which makes pictures: {@code
   * SELECT generate(struct(prompt, seed)) AS picture FROM orders}. See {@link
   * ClusterGeneration#function}.
   */
  public static void register(SparkSession session, ClusterGeneration generation) {
    register(session);
    session.udf().register("generate", generation.function(session));
  }

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    for (SqlFunction function : SqlFunction.values()) {
      extensions.injectFunction(
          new Tuple3<>(
              new FunctionIdentifier(function.sqlName()), described(function), new Call(function)));
    }
    return BoxedUnit.UNIT;
  }

  /** As {@code DESCRIBE FUNCTION} tells of it. */
  private static ExpressionInfo described(SqlFunction function) {
    return new ExpressionInfo(
        ChiaroscuroExtensions.class.getName(),
        null,
        function.sqlName(),
        function.usage(),
        "",
        "",
        "",
        "",
        "",
        "",
        "java_udf");
  }

  /** Puts a function where SQL calls it. */
  private static final class Call extends AbstractFunction1<Seq<Expression>, Expression> {

    private final UserDefinedFunction function;

    Call(SqlFunction function) {
      this.function = function.function().withName(function.sqlName());
    }

    @Override
    public Expression apply(Seq<Expression> arguments) {
      return function instanceof UserDefinedAggregator<?, ?, ?> aggregate
          ? ScalaAggregator$.MODULE$.apply(aggregate, arguments)
          : UserDefinedFunctionUtils.toScalaUDF((SparkUserDefinedFunction) function, arguments);
    }
  }
}
