package dev.lockstep.binding;

import dev.lockstep.model.HeadKind;
import java.util.List;
import java.util.stream.Stream;

/**
 * A field of a pod's spec that names a ConfigMap or Secret.
 *
 * @param path from the pod's spec to the object that holds the name; {@code []} stands for each
 *     item of a list
 * @param nameField the field of that object which is the name
 * @param keys what else that object says about the keys it needs
 */
public record ReferenceField(HeadKind kind, String path, String nameField, Keys keys) {

  /** How a reference says which keys it needs. */
  public enum Keys {
    /** It takes what is there. */
    NONE,
    /** One, in {@code key}. */
    ONE,
    /** Those in {@code items[].key}, if there are items. */
    ITEMS
  }

  private static final List<String> CONTAINER_LISTS =
      List.of("containers", "initContainers", "ephemeralContainers");

  /**
   * Every field that is rewritten. Not among them: {@code imagePullSecrets}, whose name is the
   * list's merge key; and what other kinds of objects name, since the head stays.
   */
  public static final List<ReferenceField> ALL =
      Stream.concat(
              CONTAINER_LISTS.stream().flatMap(ReferenceField::ofContainers),
              Stream.of(
                  configMap("volumes[].configMap", "name", Keys.ITEMS),
                  secret("volumes[].secret", "secretName", Keys.ITEMS),
                  configMap("volumes[].projected.sources[].configMap", "name", Keys.ITEMS),
                  secret("volumes[].projected.sources[].secret", "name", Keys.ITEMS),
                  secret("volumes[].csi.nodePublishSecretRef", "name", Keys.NONE),
                  secret("volumes[].flexVolume.secretRef", "name", Keys.NONE)))
          .toList();

  private static Stream<ReferenceField> ofContainers(String list) {
    return Stream.of(
        configMap(list + "[].env[].valueFrom.configMapKeyRef", "name", Keys.ONE),
        secret(list + "[].env[].valueFrom.secretKeyRef", "name", Keys.ONE),
        configMap(list + "[].envFrom[].configMapRef", "name", Keys.NONE),
        secret(list + "[].envFrom[].secretRef", "name", Keys.NONE));
  }

  private static ReferenceField configMap(String path, String nameField, Keys keys) {
    return new ReferenceField(HeadKind.CONFIG_MAP, path, nameField, keys);
  }

  private static ReferenceField secret(String path, String nameField, Keys keys) {
    return new ReferenceField(HeadKind.SECRET, path, nameField, keys);
  }
}
