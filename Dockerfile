# syntax=docker/dockerfile:1
# docker-compose.yml builds these targets; by hand:
#   docker build -t fieldhand --target cpu .     web, workers, clock: LiteRT, no TensorFlow
#   docker build -t fieldhand:gpu --target gpu . one NVIDIA GPU for the queue `read`
ARG PYTHON_IMAGE=python:3.11-slim-trixie
ARG CADDY_IMAGE=caddy:2.11.4
ARG SEAWEEDFS_IMAGE=chrislusf/seaweedfs:4.48@sha256:4e61d15fd35994cb1e43e1e553dff106794841fd9a99ade2fc8c8bfce4d7872d

# Exactly what uv.lock says, by hash. The environments are copied as they are: same path, same Python.
FROM ${PYTHON_IMAGE} AS build
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
ENV UV_PROJECT_ENVIRONMENT=/opt/fieldhand UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /source
COPY pyproject.toml uv.lock README.md LICENSE ./

FROM build AS build-cpu
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-install-project --extra production
COPY forms_app forms_app
COPY workers workers
COPY migrations migrations
COPY templates templates
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-editable --extra production

FROM build AS build-gpu
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-install-project --extra production --extra gpu
COPY forms_app forms_app
COPY workers workers
COPY migrations migrations
COPY templates templates
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-editable --extra production --extra gpu

FROM ${PYTHON_IMAGE} AS base
# One thread for each process: the worker's pool fills the cores.
ENV PATH=/opt/fieldhand/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OPENCV_FOR_THREADS_NUM=1 \
    FIELDHAND_DATA_DIR=/data FIELDHAND_LOG_FORMAT=json
# Volumes take over the owner of the folder that they are put on.
RUN useradd --uid 10001 --home-dir /data --shell /usr/sbin/nologin fieldhand \
    && install -d -o fieldhand -g fieldhand /data /scratch /backups
WORKDIR /data
USER 10001:10001
ENTRYPOINT ["fieldhand"]

FROM base AS gpu
COPY --from=build-gpu /opt/fieldhand /opt/fieldhand
ENV FIELDHAND_ENGINE=keras
CMD ["worker", "--queues", "read", "--processes", "1"]

FROM base AS cpu
COPY --from=build-cpu /opt/fieldhand /opt/fieldhand
CMD ["serve", "--host", "0.0.0.0", "--port", "8080", "--data", "/data"]
EXPOSE 8080
# For `serve` and `web`; other parts have checks of their own in docker-compose.yml.
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=8)"]

# pg_dump and pg_restore of the server's own version.
FROM cpu AS backup
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
USER 10001:10001
HEALTHCHECK NONE
CMD ["backup", "/backups"]

# It listens on ports that need no capability; without file capabilities it runs with none at all.
FROM ${CADDY_IMAGE} AS proxy
RUN setcap -r /usr/bin/caddy && install -d -o 10001 -g 10001 /caddy
ENV XDG_DATA_HOME=/caddy/data XDG_CONFIG_HOME=/caddy/config
USER 10001:10001

FROM ${SEAWEEDFS_IMAGE} AS s3
RUN install -d -o 10001 -g 10001 /s3
USER 10001:10001
ENTRYPOINT ["weed"]

# What `docker build .` gives.
FROM cpu
