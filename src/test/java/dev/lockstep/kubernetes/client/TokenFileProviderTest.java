package dev.lockstep.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.simulation.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileProviderTest {
  private final VirtualTime time = new VirtualTime();
  @TempDir private Path folder;
  private Path file;
  private TokenFileProvider tokens;

  @BeforeEach
  void open() {
    file = folder.resolve("token");
    tokens = new TokenFileProvider(file, time);
  }

  @Test
  void aTokenIsReadAgainAfterAWhile() throws IOException {
    Files.writeString(file, "one\n");
    assertThat(tokens.getToken()).isEqualTo("one");
    Files.writeString(file, "two\n");
    time.pass(Duration.ofSeconds(30));
    assertThat(tokens.getToken()).isEqualTo("one");
    time.pass(Duration.ofMillis(1));
    assertThat(tokens.getToken()).isEqualTo("two");
  }

  @Test
  void whileTheFileIsReplacedTheTokenBeforeServes() throws IOException {
    Files.writeString(file, "one");
    tokens.getToken();
    Files.delete(file);
    time.pass(Duration.ofMinutes(1));
    assertThat(tokens.getToken()).isEqualTo("one");
    Files.writeString(file, "two");
    assertThat(tokens.getToken()).isEqualTo("two");
  }

  @Test
  void withoutAnyTokenThereIsNone() {
    assertThatThrownBy(tokens::getToken)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot read the token in " + file);
  }
}
