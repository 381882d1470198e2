package dev.lockstep.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link RealCluster}, and a {@link Shop} of their own in it. The cluster is started
 * once in a run, by the first test that asks.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnRealCluster.Resolver.class)
public @interface OnRealCluster {

  /** Resolves parameters of tests. */
  final class Resolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      Class<?> type = parameter.getParameter().getType();
      return type == RealCluster.class || type == Shop.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      RealCluster cluster =
          context
              .getRoot()
              .getStore(Namespace.GLOBAL)
              .computeIfAbsent(RealCluster.class, key -> new RealCluster(), RealCluster.class);
      return parameter.getParameter().getType() == Shop.class ? Shop.open(cluster) : cluster;
    }
  }
}
