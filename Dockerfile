# The image of a node: `docker build --tag hufu .` Settings come from HUFU_SECTION__KEY in the environment, or from a file that
# HUFU_CONFIG names.

FROM rust:1.95-slim-trixie AS build
# The image's own compiler, without what the workshop adds to it.
ENV RUSTUP_TOOLCHAIN=1.95.0
RUN apt-get update && apt-get install --yes --no-install-recommends libpq-dev
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist --features postgres --bin hufu && cp target/dist/hufu /usr/local/bin/hufu

FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends libpq5 ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home hufu \
    && install --directory --owner=hufu --group=hufu --mode=0700 /var/lib/hufu
COPY --from=build /usr/local/bin/hufu /usr/local/bin/hufu
USER hufu
WORKDIR /var/lib/hufu
ENV HUFU_SERVER__LISTEN=0.0.0.0:8080
EXPOSE 8080
# SIGTERM lets the requests under way end.
STOPSIGNAL SIGTERM
ENTRYPOINT ["hufu"]
CMD ["serve"]
