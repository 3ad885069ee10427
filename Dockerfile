# The image of the service: one static binary, the certificates of the public authorities, a user
# without rights, and nothing else. There is no shell in it and no Postgres.
#
# scripts/image-root.sh makes the whole file system of the last stage. `make image-check` makes it
# without an engine, from what is copied here, and runs the service in it.

# `rust-version` of Cargo.toml; a test compares the two.
ARG RUST=1.94

# By its tag: a digest could not be looked up when this was written. Whoever builds from a registry pins it,
# rust:${RUST}-slim-bookworm@sha256:..., and renews it with each fix. Of this stage only the binary and the
# certificates are in the image.
FROM rust:${RUST}-slim-bookworm AS build
WORKDIR /src
# It writes the list of crates into the binary, where scanners find it: nothing else in the image
# could tell them.
RUN cargo install --locked cargo-auditable@0.7.7
COPY Cargo.toml Cargo.lock LICENSE app-manifest.yml ./
COPY .sqlx/ .sqlx/
COPY benches/ benches/
COPY migrations/ migrations/
COPY src/ src/
COPY scripts/image-root.sh scripts/
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    scripts/image-root.sh /image

FROM scratch
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Bug Scrub" \
      org.opencontainers.image.description="Keeps the whole backlog of an organization as one fair, stale-age-ordered queue." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image/ /
# A container is reached from outside itself.
ENV BUGSCRUB_LISTEN=0.0.0.0:8080
# For `kubectl exec ... -- bugscrub`.
ENV PATH=/usr/bin
EXPOSE 8080
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
ENTRYPOINT ["/usr/bin/bugscrub"]
CMD ["serve"]
