package dev.lockstep.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.model.HeadKind;
import dev.lockstep.model.ObjectKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiPathsTest {
  @Test
  void objectsHavePathsOfTheirGroupAndNamespace() {
    assertThat(ApiPaths.of(new ObjectKey(HeadKind.SECRET, "shop", "app")))
        .isEqualTo("/api/v1/namespaces/shop/secrets/app");
    assertThat(ApiPaths.all("apps", "v1", "shop", "deployments"))
        .isEqualTo("/apis/apps/v1/namespaces/shop/deployments");
    assertThat(ApiPaths.everywhere("apps", "v1", "deployments"))
        .isEqualTo("/apis/apps/v1/deployments");
    assertThat(ApiPaths.everywhere(HeadKind.CONFIG_MAP, "head"))
        .isEqualTo("/api/v1/configmaps?labelSelector=lockstep.dev%2Frole%3Dhead");
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/namespaces/shop/configmaps/app?dryRun=All, configmaps",
    "/api/v1/namespaces/shop/configmaps?limit=1, configmaps",
    "/apis/apps/v1/namespaces/shop/deployments, deployments",
    "/api/v1/namespaces/shop, namespaces",
    "/api/v1/configmaps?labelSelector=a%3Db, configmaps",
    "/apis/apps/v1/deployments, deployments",
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/a, mutatingwebhookconfigurations",
    "/version, version"
  })
  void aPathSaysWhatItIsAbout(String path, String resource) {
    assertThat(ApiPaths.resource(path)).isEqualTo(resource);
  }
}
