# The web page with its models. Put a proxy that speaks HTTPS before it, and give the name by which browsers call that:
#   docker build -t figureground .
#   docker run --rm --read-only --tmpfs /tmp -p 127.0.0.1:8000:8000 figureground --name cut.example.org
FROM python:3.13-slim
WORKDIR /figureground
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip install --no-cache-dir '.[web]'
RUN useradd --system --no-create-home figureground
USER figureground
EXPOSE 8000
ENTRYPOINT ["figureground", "web", "--host", "0.0.0.0"]
