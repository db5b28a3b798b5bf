package io.chiaroscuro.training.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MembershipTest {

  private static final Map<String, String> TORCHRUN =
      Map.of(
          "RANK", "3",
          "WORLD_SIZE", "4",
          "LOCAL_RANK", "1",
          "MASTER_ADDR", "10.0.0.1",
          "MASTER_PORT", "29500");

  @Test
  void readsTorchrunsVariables() {
    assertThat(Membership.of(TORCHRUN))
        .contains(new Membership(URI.create("tcp://10.0.0.1:29500"), 3, 4, 1));
  }

  @Test
  void withoutARankAProcessIsAlone() {
    assertThat(Membership.of(Map.of("WORLD_SIZE", "4"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "WORLD_SIZE,,WORLD_SIZE is not",
    "MASTER_PORT,http,MASTER_PORT is 'http'",
    "RANK,4,no process 4",
    "MASTER_ADDR,a b,'tcp://a b:29500'"
  })
  void refusesWhatDoesNotFit(String name, String value, String complaint) {
    Map<String, String> environment = new HashMap<>(TORCHRUN);
    if (value == null) {
      environment.remove(name);
    } else {
      environment.put(name, value);
    }
    assertThatThrownBy(() -> Membership.of(environment))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(complaint);
  }
}
