# The image of the server, for the chart in helm/lockstep: docker build -t lockstep:0.1.0 .
# Both bases can be others; what BASE needs is `java`, 17 or newer.
ARG BUILD_BASE=maven:3-eclipse-temurin-17
ARG BASE=eclipse-temurin:25-jre

FROM ${BUILD_BASE} AS build
WORKDIR /build
# A build without sources downloads all that the real one needs, plugins included. This layer stays
# until pom.xml changes. The repository has a place of its own: some bases make ~/.m2 a volume.
COPY pom.xml ./
RUN mvn -B -ntp -Dmaven.repo.local=/m2 -DskipTests -Dspotless.check.skip package && rm -rf target
COPY src/main src/main
RUN mvn -B -ntp -Dmaven.repo.local=/m2 -DskipTests -Dspotless.check.skip --offline package

FROM ${BASE}
WORKDIR /app
# What changes least comes first, so that most pushes and pulls are one small layer.
COPY --from=build /build/target/quarkus-app/lib/ lib/
COPY --from=build /build/target/quarkus-app/*.jar ./
COPY --from=build /build/target/quarkus-app/quarkus/ quarkus/
COPY --from=build /build/target/quarkus-app/app/ app/
# Nobody, by number: kubelets can't tell from a name that it isn't root. Nothing is written but to /tmp.
USER 65532:65532
# Webhooks (HTTPS); probes (HTTP).
EXPOSE 8443 9000
# The rest of the memory is for what is not heap. Out of memory, a new process is better than half of one.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-jar", "quarkus-run.jar"]
