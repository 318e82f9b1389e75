# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
# psycopg2 is built from source here: the published wheel is for development only.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements/production.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r production.txt

FROM python:3.13-slim
# Pango and HarfBuzz draw the PDFs; libharfbuzz-subset0 makes them the same byte for byte; Tinos is the typeface.
RUN apt-get update && apt-get install -y --no-install-recommends \
      libpq5 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-croscore \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 portal \
    && install -d -o portal /data
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PORTAL_HOME=/data PORTAL_PRODUCTION=1
USER 1000
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz?part=web', headers={'X-Forwarded-Proto': 'https', 'Host': 'localhost'}))"]
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "3", "--threads", "4", "--no-control-socket"]
