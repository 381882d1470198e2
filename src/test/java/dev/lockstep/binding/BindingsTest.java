package dev.lockstep.binding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindingsTest {

  @Test
  void isReadAsItIsWritten() {
    String text = "configmap/app-config=v001,configmap/b.c=v1000,secret/app-secret=v000";
    assertThat(Bindings.parse(text)).hasToString(text);
    assertThat(Bindings.parse(text).of(new HeadRef(HeadKind.SECRET, "app-secret")))
        .contains(VersionNumber.FIRST);
  }

  @Test
  void isSorted() {
    assertThat(Bindings.parse("secret/a=v000,configmap/z=v002"))
        .hasToString("configmap/z=v002,secret/a=v000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "app-config=v001",
        "pod/a=v001",
        "configmap/a",
        "configmap/a=1",
        "configmap/../x=v001",
        "configmap/=v001"
      })
  void whatCannotBeReadIsLeftOut(String text) {
    assertThat(Bindings.parse(text).annotation()).isEmpty();
    assertThat(Bindings.parse(text + ",secret/b=v003")).hasToString("secret/b=v003");
  }
}
