package dev.lockstep.kubernetes.watch;

import java.util.function.Consumer;

/** Is called with the name of each namespace that is opted in, changes, or is opted out. */
public record NamespaceListener(
    Consumer<String> optedIn, Consumer<String> changed, Consumer<String> optedOut) {}
