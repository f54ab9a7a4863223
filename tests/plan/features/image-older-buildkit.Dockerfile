ARG _DEV_CONTAINERS_BASE_IMAGE=scratch




FROM $_DEV_CONTAINERS_BASE_IMAGE AS dev_containers_target_stage

USER root

COPY devcontainer-features.builtin.env /tmp/dev-container-features/

RUN \
echo "_CONTAINER_USER_HOME=$( (command -v getent >/dev/null 2>&1 && getent passwd 'dev' || grep -E '^dev|^[^:]*:[^:]*:dev:' /etc/passwd || true) | cut -d: -f6)" >> /tmp/dev-container-features/devcontainer-features.builtin.env && \
echo "_REMOTE_USER_HOME=$( (command -v getent >/dev/null 2>&1 && getent passwd 'dev' || grep -E '^dev|^[^:]*:[^:]*:dev:' /etc/passwd || true) | cut -d: -f6)" >> /tmp/dev-container-features/devcontainer-features.builtin.env

ENV COLOR_HOME="/usr/local/color"
ENV PATH="${COLOR_HOME}/bin:${PATH}"
RUN --mount=type=bind,source=color_0-ab4cae50b66d6685,target=/tmp/build-features-src/color_0 \
    cp -ar /tmp/build-features-src/color_0 /tmp/dev-container-features \
 && chmod -R 0755 /tmp/dev-container-features/color_0 \
 && cd /tmp/dev-container-features/color_0 \
 && chmod +x ./devcontainer-features-install.sh \
 && ./devcontainer-features-install.sh \
 && rm -rf /tmp/dev-container-features/color_0


RUN --mount=type=bind,source=hello_1-db738ea4cf5b4237,target=/tmp/build-features-src/hello_1 \
    cp -ar /tmp/build-features-src/hello_1 /tmp/dev-container-features \
 && chmod -R 0755 /tmp/dev-container-features/hello_1 \
 && cd /tmp/dev-container-features/hello_1 \
 && chmod +x ./devcontainer-features-install.sh \
 && ./devcontainer-features-install.sh \
 && rm -rf /tmp/dev-container-features/hello_1




USER dev

LABEL devcontainer.metadata="[ \
{\"remoteUser\":\"dev\"}, \
{\"id\":\"./color\"}, \
{\"id\":\"./hello\",\"postCreateCommand\":\"echo \$HOME\",\"privileged\":true,\"customizations\":{\"vscode\":{}}}, \
{\"containerEnv\":{\"MINE\":\"a \\\"\$b\\\"\"}} \
]"

ENV MINE="a \"\$b\""
