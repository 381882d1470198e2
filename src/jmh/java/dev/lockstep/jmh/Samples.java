package dev.lockstep.jmh;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;

/** What the benchmarks are about: objects of given sizes. */
public final class Samples {
  /** 200 references name ten heads, twenty times each. */
  public static final int HEADS = 10;

  private Samples() {}

  public static String head(int number) {
    return "config-" + number % HEADS;
  }

  /** A Deployment that names so many ConfigMaps, in containers of up to ten environment entries. */
  public static ObjectNode deployment(int references) {
    ObjectNode deployment = JsonNodeFactory.instance.objectNode();
    deployment.put("apiVersion", "apps/v1").put("kind", "Deployment");
    deployment.putObject("metadata").put("name", "my-app").put("namespace", "shop");
    ObjectNode template = deployment.putObject("spec").putObject("template");
    template.putObject("metadata").putObject("labels").put("app", "my-app");
    ArrayNode containers = template.putObject("spec").putArray("containers");
    ArrayNode environment = null;
    for (int i = 0; i < references; i++) {
      if (i % HEADS == 0) {
        environment =
            containers
                .addObject()
                .put("name", "app-" + i / HEADS)
                .put("image", "my-app:1.0")
                .putArray("env");
      }
      environment
          .addObject()
          .put("name", "VALUE_" + i)
          .putObject("valueFrom")
          .putObject("configMapKeyRef")
          .put("name", head(i))
          .put("key", "KEY");
    }
    return deployment;
  }

  /** A ConfigMap with entries of up to 1 KiB, which is what most are made of. */
  public static ObjectNode configMap(int bytes) {
    ObjectNode object =
        FakeCluster.object(FakeCluster.configMap("config-0"), Map.of("KEY", text(1)));
    int entry = 1024;
    for (int left = bytes; left > 0; left -= entry) {
      object.withObject("/data").put("KEY_" + left, text(Math.min(entry, left)));
    }
    return object;
  }

  /** Lines, so that something in it has to be escaped. */
  private static String text(int length) {
    return "key: some value, and more of it\n".repeat(length / 32 + 1).substring(0, length);
  }

  /** An update's review: the object is in it twice. */
  public static ObjectNode review(ObjectNode object, String group, String resource) {
    ObjectNode review = JsonNodeFactory.instance.objectNode();
    review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
    ObjectNode request = review.putObject("request");
    request.put("uid", "0b6e2f2c-6f0c-4b7e-9f5e-3c1d2a4b5c6d").put("operation", "UPDATE");
    request.put("namespace", "shop").put("name", object.at("/metadata/name").asText());
    request
        .putObject("resource")
        .put("group", group)
        .put("version", "v1")
        .put("resource", resource);
    request.putObject("userInfo").put("username", "jane");
    request.set("object", object);
    request.set("oldObject", object.deepCopy());
    return review;
  }
}
