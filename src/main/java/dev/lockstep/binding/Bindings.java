package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionNumber;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Heads and the version that each is bound to, as annotations have it: {@code
 * configmap/app-config=v001,secret/app-secret=v000}, sorted. What can't be read is left out.
 */
public record Bindings(SortedMap<HeadRef, VersionNumber> versions) {
  public static final Bindings NONE = new Bindings(new TreeMap<>());

  public Bindings {
    versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
  }

  public static Bindings parse(String text) {
    SortedMap<HeadRef, VersionNumber> versions = new TreeMap<>();
    for (String entry : text.split(",")) {
      int equals = entry.lastIndexOf('=');
      if (equals > 0) {
        Optional<HeadRef> head = HeadRef.parse(entry.substring(0, equals));
        Optional<VersionNumber> number = VersionNumber.parse(entry.substring(equals + 1));
        if (head.isPresent() && number.isPresent()) {
          versions.put(head.get(), number.get());
        }
      }
    }
    return new Bindings(versions);
  }

  /** What a template says, where a reference really holds that version. */
  public static Bindings of(JsonNode template) {
    Bindings stated =
        KubernetesJson.annotation(template, Annotations.BINDINGS).map(Bindings::parse).orElse(NONE);
    if (stated.versions.isEmpty()) {
      return NONE;
    }
    Set<HeadRef> named =
        Reference.in(template).stream().map(Reference::named).collect(Collectors.toSet());
    SortedMap<HeadRef, VersionNumber> bound = new TreeMap<>(stated.versions);
    bound.entrySet().removeIf(e -> !named.contains(e.getKey().version(e.getValue())));
    return new Bindings(bound);
  }

  public Optional<VersionNumber> of(HeadRef head) {
    return Optional.ofNullable(versions.get(head));
  }

  public boolean has(HeadRef head) {
    return versions.containsKey(head);
  }

  /** The annotation's value; empty where there is nothing to say. */
  public Optional<String> annotation() {
    return versions.isEmpty() ? Optional.empty() : Optional.of(toString());
  }

  @Override
  public String toString() {
    return versions.entrySet().stream()
        .map((Map.Entry<HeadRef, VersionNumber> e) -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(","));
  }
}
