/** The functions of Spark SQL. */
package io.chiaroscuro.spark.sql;
