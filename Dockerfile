# The wheel, and the packages that it declares at the versions of requirements.lock, under a user of its own.
FROM python:3.13.7-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN sed -n '/^uv==/,/^[a-z]/{/^uv==/p;/^    /p}' requirements.lock > /tmp/uv.lock \
    && pip install --no-cache-dir --require-hashes -r /tmp/uv.lock
COPY app app
COPY eventstore eventstore
COPY seed seed
RUN uv venv /opt/chronoscope \
    && uv build --wheel --out-dir /tmp/wheel --build-constraints requirements.lock \
    && uv pip install --no-cache --python /opt/chronoscope --constraints requirements.lock "$(echo /tmp/wheel/*.whl)[shop]"

FROM python:3.13.7-slim-bookworm
RUN useradd --system --create-home --uid 10001 chronoscope \
    && install -d -o chronoscope -g chronoscope /var/lib/chronoscope
# where Compose's volume for the shop comes to lie: it takes the owner from here
RUN install -d -o chronoscope -g chronoscope /var/lib/shop
COPY --from=build /opt/chronoscope /opt/chronoscope
RUN ln -s /opt/chronoscope/lib/python3.*/site-packages/seed/shop/shop.toml /opt/chronoscope/shop.toml
ENV PATH=/opt/chronoscope/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER chronoscope
WORKDIR /home/chronoscope
ENTRYPOINT ["chronoscope"]
CMD ["dashboard"]
