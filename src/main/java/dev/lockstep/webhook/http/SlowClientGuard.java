package dev.lockstep.webhook.http;

import io.netty.channel.Channel;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Future;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Closes connections whose client takes too long over a request, however often it sends a byte:
 * idle timeouts see only those that send none. API servers send a review in one go.
 */
@Singleton
class SlowClientGuard implements HttpServerOptionsCustomizer {
  private static final Duration FIRST_REQUEST = Duration.ofSeconds(10);
  private static final Duration BODY = Duration.ofSeconds(10);

  /** Longer than API servers keep a connection without using it, which is 90 s. */
  private static final Duration NEXT_REQUEST = Duration.ofMinutes(2);

  /** Before everything that answers. */
  private static final int FIRST = 2000;

  /** Open connections, by the port of the client and its address. */
  private final Map<String, Connection> connections = new ConcurrentHashMap<>();

  /** Only from here can a connection be seen that never gets as far as a request. */
  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    options.setSslEngineOptions(new Watched(this));
  }

  void register(@Observes Filters filters) {
    filters.register(this::requested, FIRST);
  }

  private void opened(Future<? super Channel> handshake) {
    if (!handshake.isSuccess() || !(handshake.getNow() instanceof Channel channel)) {
      return;
    }
    String peer = peer(channel);
    Connection connection = new Connection(channel);
    connections.put(peer, connection);
    connection.awaitRequest(FIRST_REQUEST);
    channel
        .closeFuture()
        .addListener(
            closed -> {
              connections.remove(peer, connection);
              connection.stopWaiting();
            });
  }

  private void requested(RoutingContext context) {
    HttpServerRequest request = context.request();
    Connection connection =
        connections.get(request.remoteAddress().hostAddress() + request.remoteAddress().port());
    long deadline =
        context
            .vertx()
            .setTimer(
                BODY.toMillis(),
                timer -> {
                  if (!request.isEnded()) {
                    request.connection().close();
                  }
                });
    if (connection != null) {
      connection.stopWaiting();
    }
    context.addEndHandler(
        answered -> {
          if (request.isEnded()) {
            context.vertx().cancelTimer(deadline);
          }
          if (connection != null) {
            connection.awaitRequest(NEXT_REQUEST);
          }
        });
    context.next();
  }

  private static String peer(Channel channel) {
    InetSocketAddress address = (InetSocketAddress) channel.remoteAddress();
    return address.getAddress().getHostAddress() + address.getPort();
  }

  private static final class Connection {
    private final Channel channel;
    private Future<?> end;

    Connection(Channel channel) {
      this.channel = channel;
    }

    synchronized void awaitRequest(Duration longest) {
      stopWaiting();
      if (channel.isOpen()) {
        end =
            channel
                .eventLoop()
                .schedule(() -> channel.close(), longest.toMillis(), TimeUnit.MILLISECONDS);
      }
    }

    synchronized void stopWaiting() {
      if (end != null) {
        end.cancel(false);
        end = null;
      }
    }
  }

  /** The JDK's TLS, and a look at each connection that has shaken hands. */
  private static final class Watched extends JdkSSLEngineOptions {
    private final SlowClientGuard watcher;

    Watched(SlowClientGuard watcher) {
      this.watcher = watcher;
    }

    @Override
    public JdkSSLEngineOptions copy() {
      return new Watched(watcher);
    }

    @Override
    public SslContextFactory sslContextFactory() {
      return new DefaultSslContextFactory(SslProvider.JDK, false) {
        @Override
        public SslContext create() throws SSLException {
          return new WatchedContext(super.create(), watcher);
        }
      };
    }
  }

  private static final class WatchedContext extends DelegatingSslContext {
    private final SlowClientGuard watcher;

    WatchedContext(SslContext context, SlowClientGuard watcher) {
      super(context);
      this.watcher = watcher;
    }

    @Override
    protected void initEngine(SSLEngine engine) {
      // As the context made it.
    }

    @Override
    protected void initHandler(SslHandler handler) {
      handler.handshakeFuture().addListener(watcher::opened);
    }
  }
}
