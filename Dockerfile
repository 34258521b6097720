# docker build -t fieldhand .                     CPU: web, workers, beat
# docker build -t fieldhand:gpu --target gpu .    one NVIDIA GPU for the queue `read`
FROM python:3.11-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY forms_app forms_app
COPY workers workers
COPY migrations migrations
COPY templates templates
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim AS base
# One thread for each process: the worker's pool fills the cores.
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OPENCV_FOR_THREADS_NUM=1 \
    FIELDHAND_DATA_DIR=/data FIELDHAND_LOG_FORMAT=json
RUN useradd --create-home --uid 10001 fieldhand && install -d -o fieldhand /data
COPY --from=build /wheels /wheels
WORKDIR /data
VOLUME /data

FROM base AS gpu
RUN pip install "$(ls /wheels/*.whl)[gpu,production]"
USER fieldhand
ENV FIELDHAND_ENGINE=keras
ENTRYPOINT ["fieldhand"]
CMD ["worker", "--queues", "read", "--processes", "1"]

FROM base AS cpu
RUN pip install "$(ls /wheels/*.whl)[production]"
USER fieldhand
ENTRYPOINT ["fieldhand"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080", "--data", "/data"]
EXPOSE 8080
