package dev.lockstep.kubernetes.client;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;

/**
 * Asks for metadata where the client asks for whole objects, so that its informers never get what a
 * ConfigMap or Secret holds. What comes back is a {@code PartialObjectMetadata}, which is an object
 * like any other to them: one without content.
 */
public final class PartialMetadataInterceptor implements Interceptor {
  private static final String ACCEPT = "Accept";

  private PartialMetadataInterceptor() {}

  /** A client that is for informers alone. */
  public static KubernetesClient client(Config config) {
    return new KubernetesClientBuilder()
        // Web sockets have no header that says what a watch is to send.
        .withConfig(new ConfigBuilder(config).withOnlyHttpWatches(true).build())
        .withKubernetesSerialization(new KubernetesSerialization(json(), true))
        .withHttpClientBuilderConsumer(
            builder ->
                builder.addOrReplaceInterceptor("metadata-only", new PartialMetadataInterceptor()))
        .build();
  }

  /** A list of metadata that is empty has {@code null} for its items. */
  private static ObjectMapper json() {
    ObjectMapper json = new ObjectMapper();
    json.configOverride(List.class).setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
    return json;
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    String query = request.uri().getRawQuery();
    boolean isWatch = query != null && query.contains("watch=true");
    builder.setHeader(ACCEPT, isWatch ? KubeApiClient.METADATA : KubeApiClient.METADATA_LIST);
  }
}
