package dev.lockstep.versioning;

import dev.lockstep.model.Content;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.ObjectKey;

/** A content with its hash, which is computed when it is asked for, and once. For one thread. */
final class HashedContent {
  private final ObjectKey head;
  private final Content content;
  private final ContentHasher hasher;
  private ContentHash hash;

  HashedContent(ObjectKey head, Content content, ContentHasher hasher) {
    this.head = head;
    this.content = content;
    this.hasher = hasher;
  }

  Content content() {
    return content;
  }

  ContentHash hash() {
    if (hash == null) {
      hash = hasher.hash(head, content);
    }
    return hash;
  }

  boolean sameAs(HashedContent other) {
    return content.sameAs(other.content);
  }
}
