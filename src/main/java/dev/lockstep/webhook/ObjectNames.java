package dev.lockstep.webhook;

import dev.lockstep.model.HeadRef;
import java.util.regex.Pattern;

/** Names are checked before anything is looked up by them: a review may hold {@code ../}. */
final class ObjectNames {
  /** RFC 1123 label, as Kubernetes' validation has it for namespaces. */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private ObjectNames() {}

  static boolean isNamespace(String name) {
    return LABEL.matcher(name).matches();
  }

  static boolean isObjectName(String name) {
    return HeadRef.isValidName(name);
  }
}
