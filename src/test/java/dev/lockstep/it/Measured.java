package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Samples in Prometheus' text format. */
record Measured(String text, List<Sample> samples) {
  private static final Pattern LINE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)(?: #.*)?");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** One line. */
  record Sample(String name, Map<String, String> labels, double value) {}

  static Measured of(String text) {
    List<Sample> samples =
        text.lines()
            .filter(line -> !line.startsWith("#") && !line.isBlank())
            .map(Measured::sample)
            .toList();
    assertThat(samples).isNotEmpty();
    return new Measured(text, samples);
  }

  private static Sample sample(String line) {
    Matcher parts = LINE.matcher(line);
    assertThat(parts.matches()).as(line).isTrue();
    Map<String, String> labels = new TreeMap<>();
    if (parts.group(2) != null) {
      Matcher label = LABEL.matcher(parts.group(2));
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
    }
    return new Sample(parts.group(1), labels, Double.parseDouble(parts.group(3)));
  }

  Set<String> names() {
    Set<String> names = new TreeSet<>();
    samples.forEach(sample -> names.add(sample.name()));
    return names;
  }

  /** The labels that some sample of this name has. */
  Set<String> labelsOf(String name) {
    Set<String> labels = new TreeSet<>();
    samples.stream()
        .filter(s -> s.name().equals(name))
        .forEach(s -> labels.addAll(s.labels().keySet()));
    return labels;
  }

  /** The sum of all samples of this name with these labels. */
  double sum(String name, Map<String, String> labels) {
    return samples.stream()
        .filter(s -> s.name().equals(name))
        .filter(s -> s.labels().entrySet().containsAll(labels.entrySet()))
        .mapToDouble(Sample::value)
        .sum();
  }
}
