package dev.lockstep.kubernetes.watch;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Optional;

/**
 * A watch of one resource from now on: what is there already is not reported.
 *
 * @param client asks for metadata alone
 * @param namespace empty: all
 */
record MetadataWatch(
    KubernetesClient client, ResourceDefinitionContext resource, Optional<String> namespace)
    implements RestartingWatch.Source {
  private static final long SECONDS = 1800;

  static ResourceDefinitionContext resource(
      String group, String version, String plural, String kind) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withPlural(plural)
        .withKind(kind)
        .withNamespaced(true)
        .build();
  }

  @Override
  public Watch open(Watcher<GenericKubernetesResource> watcher) {
    var resources = client.genericKubernetesResources(resource);
    var place =
        namespace.isPresent() ? resources.inNamespace(namespace.get()) : resources.inAnyNamespace();
    ListOptions first = new ListOptionsBuilder().withLimit(1L).build();
    String now = place.list(first).getMetadata().getResourceVersion();
    return place.watch(
        new ListOptionsBuilder().withResourceVersion(now).withTimeoutSeconds(SECONDS).build(),
        watcher);
  }

  @Override
  public String toString() {
    return resource.getPlural() + namespace.map(name -> " of " + name).orElse("");
  }
}
