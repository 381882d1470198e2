package dev.lockstep.kubernetes.client;

/** Told of each call to the API server, by the thread that made it: it has to be quick. */
public interface CallListener {

  /**
   * @param verb {@code get}, {@code list}, {@code create}, {@code patch} or {@code delete}
   * @param resource in the plural, as paths have it: {@code configmaps}
   * @param code class of the answer, {@code 2xx}, or {@code none} where there was no answer
   */
  void called(String verb, String resource, String code, long nanos);
}
