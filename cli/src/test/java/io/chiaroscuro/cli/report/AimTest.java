package io.chiaroscuro.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AimTest {

  @Test
  void theBoundItselfIsReached() {
    assertThat(Aim.atMost(0.5).isMetBy(0.5)).isTrue();
    assertThat(Aim.atMost(0.5).isMetBy(0.500001)).isFalse();
    assertThat(Aim.atMost(0.5).isMetBy(-3)).isTrue();
    assertThat(Aim.atLeast(0.95).isMetBy(0.95)).isTrue();
    assertThat(Aim.atLeast(0.95).isMetBy(0.9499)).isFalse();
    assertThat(Aim.atLeast(0.95).isMetBy(1)).isTrue();
  }

  @Test
  void whatIsNoNumberReachesNothing() {
    assertThat(Aim.atMost(0.5).isMetBy(Double.NaN)).isFalse();
    assertThat(Aim.atLeast(0.5).isMetBy(Double.NaN)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> Aim.atLeast(Double.NaN));
  }

  @Test
  void aReportCountsOnlyMeasuresWithAnAim() {
    var section =
        new SectionReport(
            "made-up",
            "Made up",
            "Nothing.",
            List.of(
                Measure.of("none", "No aim", 7),
                Measure.of("met", "Met", 0.4, Aim.atMost(0.5)),
                Measure.of("missed", "Missed", 0.6, Aim.atMost(0.5))),
            List.of(),
            List.of());
    Report report = new Report("Made up", "Nothing is true.", Map.of(), List.of(section), 2);
    assertThat(report.aims()).isEqualTo(2);
    assertThat(report.aimsMet()).isEqualTo(1);
    assertThat(report.isFinished()).isFalse();
    assertThat(ReportText.of(section).lines().map(String::strip))
        .containsExactly(
            "Made up",
            "No aim         7",
            "Met        0.400   aim at most 0.500: reached",
            "Missed     0.600   aim at most 0.500: MISSED");
  }
}
