# One image for the web server, the worker and beat; compose.yaml says which process runs where.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.lock

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/kkureomi
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/kkureomi --create-home kkureomi
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/kkureomi
COPY . .
# Collecting needs settings but no secret: the key below exists for this line only.
RUN python -m compileall -q . \
    && ENVIRONMENT=production SECRET_KEY=only-while-collecting-static-files CELERY_BROKER_URL=redis://localhost \
       python manage.py collectstatic --noinput --verbosity 0
USER kkureomi
VOLUME /var/lib/kkureomi
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "-c", "python:config.gunicorn", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"]
