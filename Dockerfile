# The image of the service: one static binary, the certificates of public authorities, a user without
# rights, and nothing else. It has no shell and no Postgres.
#
# scripts/image-root.sh makes the whole file system of the last stage. `make image-check` does the same
# without a container engine, from what is copied here, and runs the service in it.

# The same as `rust-version` in Cargo.toml: an older Rust refuses to build.
ARG RUST=1.94
# Builds the page, and is in no later stage.
ARG NODE=22

FROM node:${NODE}-bookworm-slim AS page
WORKDIR /page
COPY web/ ./
RUN npm ci --no-audit --no-fund && npm run build

# The base image is named by its tag, because its digest could not be looked up when this was written. If you
# build from a registry, pin it (rust:${RUST}-slim-bookworm@sha256:..., and node above) and update the pin with each fix. Only the
# binary and the certificates of this stage end up in the image.
FROM rust:${RUST}-slim-bookworm AS build
WORKDIR /src
# cargo-auditable writes the list of crates into the binary, where scanners find it. Nothing else in the
# image could tell them.
RUN cargo install --locked cargo-auditable@0.7.7
COPY Cargo.toml Cargo.lock LICENSE app-manifest.yml build.rs ./
COPY .sqlx/ .sqlx/
COPY benches/ benches/
COPY migrations/ migrations/
COPY src/ src/
COPY scripts/image-root.sh scripts/
COPY --from=page /page/dist/ web/dist/
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    scripts/image-root.sh /image

FROM scratch
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Bug Scrub" \
      org.opencontainers.image.description="Your organization's whole backlog as one fair queue, ordered by stale-age." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image/ /
# Requests come from outside the container.
ENV BUGSCRUB_LISTEN=0.0.0.0:8080
# So that `kubectl exec ... -- bugscrub` finds the program.
ENV PATH=/usr/bin
EXPOSE 8080
# A number, so that Kubernetes can see that the user is not root.
USER 65532:65532
ENTRYPOINT ["/usr/bin/bugscrub"]
CMD ["serve"]
