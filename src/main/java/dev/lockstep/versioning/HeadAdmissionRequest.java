package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import java.util.Optional;

/**
 * A request to create or update a ConfigMap or Secret, as its admission sees it.
 *
 * @param object as it would be persisted
 * @param oldObject as it is persisted, for an update
 * @param user the name of who asks, where it is to be recorded
 */
public record HeadAdmissionRequest(
    ObjectKey id,
    JsonNode object,
    Optional<JsonNode> oldObject,
    Optional<String> user,
    boolean dryRun,
    ManagedNamespace namespace) {}
