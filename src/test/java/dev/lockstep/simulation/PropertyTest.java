package dev.lockstep.simulation;

import org.junit.jupiter.api.Test;

/**
 * Random sequences of what people and machines do in a namespace, held against {@link Promises}.
 *
 * <p>A failure tells its seed; {@code mvn test -Dtest=PropertyTest -Dlockstep.seed=SEED} does that
 * sequence again. Each build does the same ones, so that it fails for what was changed; {@code
 * -Dlockstep.first=SEED -Dlockstep.sequences=N} looks further.
 */
class PropertyTest {
  private static final int STEPS = 60;

  @Test
  void whatIsPromisedHoldsAfterEachStepOfAnySequence() {
    Long seed = Long.getLong("lockstep.seed");
    if (seed != null) {
      run(seed);
      return;
    }
    long first = Long.getLong("lockstep.first", 1);
    int sequences = Integer.getInteger("lockstep.sequences");
    for (long next = first; next < first + sequences; next++) {
      run(next);
    }
  }

  private static void run(long seed) {
    RandomSequence sequence = new RandomSequence(seed);
    try {
      sequence.run(STEPS);
      sequence.settle();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "-Dlockstep.seed="
              + seed
              + "\n"
              + String.join("\n", sequence.done())
              + "\n"
              + e.getMessage(),
          e);
    }
  }
}
