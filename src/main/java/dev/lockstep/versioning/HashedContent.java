package dev.lockstep.versioning;

import dev.lockstep.model.Content;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.ObjectKey;
import org.jspecify.annotations.Nullable;

/** A content with its hash, which is computed when it is asked for, and once. For one thread. */
final class HashedContent {
  private final ObjectKey head;
  private final Content content;
  private final ContentHasher hasher;
  private @Nullable ContentHash hash;

  HashedContent(ObjectKey head, Content content, ContentHasher hasher) {
    this.head = head;
    this.content = content;
    this.hasher = hasher;
  }

  Content content() {
    return content;
  }

  ContentHash hash() {
    ContentHash known = hash;
    if (known == null) {
      known = hasher.hash(head, content);
      hash = known;
    }
    return known;
  }

  boolean sameAs(HashedContent other) {
    return content.sameAs(other.content);
  }
}
