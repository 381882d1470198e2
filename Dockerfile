# The image of the server, for the chart in helm/lockstep: docker build -t lockstep:0.1.0 .
# docs/image.md says what is in it, and how to pin the bases.
# Both can be others: BUILD_BASE needs Maven and a JDK, 17 or newer; BASE needs `java`, 17 or newer, but only 25 starts
# from a cache.
ARG BUILD_BASE=maven:3-eclipse-temurin-17
ARG BASE=eclipse-temurin:25-jre

FROM ${BUILD_BASE} AS build
WORKDIR /build
COPY pom.xml ./
COPY src/main src/main
# What Maven downloads is kept beside the layers, for the next build. aot-jar: one class path, which a cache can be of.
RUN --mount=type=cache,id=lockstep-m2,target=/m2 \
  mvn -B -ntp -Dmaven.repo.local=/m2 -DskipTests -Dspotless.check.skip -Dquarkus.package.jar.type=aot-jar package
COPY image image
RUN javac --release 17 -d target/training image/Training.java && \
  # The mode of files must not hang on the umask of who builds.
  chmod -R go=u-w target/quarkus-app target/training image

FROM ${BASE} AS server
WORKDIR /app
# What changes least comes first, so that most pushes and pulls are the small layers.
COPY --from=build /build/target/quarkus-app/lib/ lib/
COPY --from=build /build/image/java.options ./
COPY --from=build /build/target/quarkus-app/*.jar ./
COPY --from=build /build/target/quarkus-app/quarkus/ quarkus/
COPY --from=build /build/target/quarkus-app/app/ app/
# What it is made of: CycloneDX.
COPY --from=build /build/target/lockstep.cdx.json ./

# One run of the server, on the very Java and files that it will run with. If that fails, the image has no cache, starts
# slower, and is right all the same.
FROM server AS training
COPY --from=build /build/target/training/ /training/
RUN mkdir /cache && { java -cp /training Training /cache/lockstep.aot || rm -f /cache/*; }

FROM server
COPY --from=training /cache/ ./
# C's allocator would keep memory for each thread that ever asked for some: compilers ask for a lot.
ENV MALLOC_ARENA_MAX=2
# Nobody, by number: kubelets can't tell from a name that it isn't root. Nothing is written but to /tmp.
USER 65532:65532
# Webhooks (HTTPS); probes (HTTP).
EXPOSE 8443 9000
# A cache that is missing or doesn't fit is told in the log, and not used.
ENTRYPOINT ["java", "@java.options", "-XX:AOTCache=lockstep.aot", "-jar", "quarkus-run.jar"]
