package dev.lockstep.kubernetes.client;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** A bearer token that is renewed in its file, which is read again every so often. */
public final class TokenFileProvider implements OAuthTokenProvider {
  private static final Duration READ_AGAIN_AFTER = Duration.ofSeconds(30);

  private record Read(String token, Instant at) {}

  private final Path file;
  private final Clock clock;
  private volatile Read last;

  public TokenFileProvider(Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  @Override
  public String getToken() {
    Read known = last;
    if (known == null || known.at().plus(READ_AGAIN_AFTER).isBefore(clock.instant())) {
      known = read(known);
      last = known;
    }
    return known.token();
  }

  /** While the file can't be read (it is being replaced), the token that was read last serves. */
  private Read read(Read known) {
    try {
      return new Read(Files.readString(file).strip(), clock.instant());
    } catch (IOException e) {
      if (known == null) {
        throw new UncheckedIOException("cannot read the token in " + file, e);
      }
      return known;
    }
  }
}
