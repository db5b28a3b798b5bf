package io.chiaroscuro.spark.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.spark.LocalSpark;
import io.chiaroscuro.spark.PictureFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class PictureTableTest {

  private static final ImagePreparation RANDOM =
      new ImagePreparation(64, 64, Cropping.RANDOM, Mirroring.RANDOM, Orientation.UPRIGHT, 1);

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path folder;

  private final Configuration hadoop = new Configuration();

  private static Dataset<Row> table(StructType schema, Row... rows) {
    return SPARK.session().createDataFrame(List.of(rows), schema);
  }

  @Test
  void aFolderIsListedAsOnASingleMachine() throws IOException {
    PictureFiles.write(folder, 7);
    Files.writeString(folder.resolve(".hidden.png"), "");
    Files.writeString(folder.resolve("notes.txt"), "");
    Files.write(folder.resolve("100% näher: ja.PNG"), PictureFiles.png(1));

    Dataset<Row> table = PictureFolder.list(SPARK.session(), folder.toUri().toString(), 3);

    assertThat(table.toJavaRDD().getNumPartitions()).isEqualTo(3);
    List<Picture> pictures = PictureTable.pictures(table).collect();
    assertThat(pictures)
        .extracting(picture -> picture.name().replaceFirst("^file:/*", "/"))
        .containsExactlyElementsOf(ImageFolder.list(folder).stream().map(Path::toString).toList());
    assertThat(pictures)
        .extracting(Picture::identity)
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    for (Picture picture : pictures) {
      assertThat(picture.prepare(RANDOM, hadoop).rgb())
          .isEqualTo(
              RANDOM
                  .prepare(
                      ImageFolder.list(folder).get((int) picture.identity()),
                      (int) picture.identity())
                  .rgb());
    }
  }

  @Test
  void aFolderWithoutPicturesIsNamed() {
    assertThatThrownBy(() -> PictureFolder.list(SPARK.session(), folder.toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds no image");
    assertThatThrownBy(() -> PictureFolder.list(SPARK.session(), folder.resolve("no").toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("name one that exists");
    assertThatThrownBy(() -> PictureFolder.list(SPARK.session(), ""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is no path");
  }

  @Test
  void aPicturesIdentityIsItsIndexOrItsPathOrItsBytes() {
    StructType schema =
        new StructType()
            .add("index", DataTypes.IntegerType)
            .add("path", DataTypes.StringType)
            .add("content", DataTypes.BinaryType);
    byte[] bytes = PictureFiles.png(1);
    List<Picture> pictures =
        PictureTable.pictures(
                table(
                    schema,
                    RowFactory.create(7, "/a.png", bytes),
                    RowFactory.create(null, "/a.png", bytes),
                    RowFactory.create(null, "/a.png", null),
                    RowFactory.create(null, "/b.png", null),
                    RowFactory.create(null, null, bytes),
                    RowFactory.create(null, null, null)))
            .collect();

    assertThat(pictures.get(0).identity()).isEqualTo(7);
    assertThat(pictures.get(1).identity()).isEqualTo(pictures.get(2).identity());
    assertThat(pictures.get(1).identity()).isNotEqualTo(pictures.get(3).identity());
    assertThat(pictures.get(4).name()).matches("content [0-9a-f]{12}");
    assertThat(pictures.get(0).bytes(hadoop)).isEqualTo(bytes);
    assertThatThrownBy(() -> pictures.get(5).prepare(RANDOM, hadoop))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a row without a picture");
  }

  @Test
  void aGroupIsAColumnsText() {
    StructType schema =
        new StructType().add("path", DataTypes.StringType).add("the year", DataTypes.IntegerType);
    List<Picture> pictures =
        PictureTable.pictures(
                table(schema, RowFactory.create("/a.png", 1999), RowFactory.create("/b.png", null)),
                "the year")
            .collect();

    assertThat(pictures.get(0).belongsTo()).contains("1999");
    assertThat(pictures.get(1).belongsTo()).isEmpty();
  }

  @Test
  void whatIsMissingIsBrokenAndWhatCannotBeReadThisTimeIsNot() {
    Picture missing = new Picture(folder.resolve("missing.png").toString(), null, 0, null);
    assertThatThrownBy(() -> missing.prepare(RANDOM, hadoop))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("missing.png");

    Picture elsewhere = new Picture("nowhere://host/a.png", null, 0, null);
    assertThatThrownBy(() -> elsewhere.prepare(RANDOM, hadoop))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("nowhere://host/a.png");
  }
}
