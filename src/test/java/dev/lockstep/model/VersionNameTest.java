package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionNameTest {

  @ParameterizedTest
  @CsvSource({
    "app-config-v000, app-config, 0",
    "app-config-v999, app-config, 999",
    "app-config-v1000, app-config, 1000",
    "app-config-v9999999, app-config, 9999999",
    "a.b-v001, a.b, 1",
    "a-v000-v001, a-v000, 1",
  })
  void readsWhatItWrites(String name, String head, int number) {
    VersionName read = VersionName.parse(name).orElseThrow();
    assertThat(read).isEqualTo(new VersionName(head, new VersionNumber(number)));
    assertThat(read).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app-config",
        "app-v1",
        "app-v01",
        "app-v0100",
        "app-v10000000",
        "-v001",
        "appv001"
      })
  void otherSpellingsAreOrdinaryNames(String name) {
    assertThat(VersionName.parse(name)).isEmpty();
  }

  @Test
  void afterV999ComesV1000() {
    assertThat(new VersionNumber(999).next()).hasToString("v1000");
    assertThat(VersionNumber.FIRST).hasToString("v000");
  }

  @Test
  void numbersEndSomewhere() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VersionNumber(VersionNumber.LAST).next());
  }
}
