ARG _DEV_CONTAINERS_BASE_IMAGE=scratch
ARG _DEV_CONTAINERS_FEATURE_CONTENT_SOURCE=placeholder
FROM debian AS dev_container_auto_added_stage_label
USER me


FROM $_DEV_CONTAINERS_FEATURE_CONTENT_SOURCE AS dev_containers_feature_content_source

FROM $_DEV_CONTAINERS_BASE_IMAGE AS dev_containers_target_stage

USER root

COPY --from=dev_containers_feature_content_source /tmp/build-features/devcontainer-features.builtin.env /tmp/dev-container-features/

RUN \
echo "_CONTAINER_USER_HOME=$( (command -v getent >/dev/null 2>&1 && getent passwd 'me' || grep -E '^me|^[^:]*:[^:]*:me:' /etc/passwd || true) | cut -d: -f6)" >> /tmp/dev-container-features/devcontainer-features.builtin.env && \
echo "_REMOTE_USER_HOME=$( (command -v getent >/dev/null 2>&1 && getent passwd 'o'\''neil' || grep -E '^o'\''neil|^[^:]*:[^:]*:o'\''neil:' /etc/passwd || true) | cut -d: -f6)" >> /tmp/dev-container-features/devcontainer-features.builtin.env

ENV COLOR_HOME="/usr/local/color"
ENV PATH="${COLOR_HOME}/bin:${PATH}"
COPY --chown=root:root --from=dev_containers_feature_content_source /tmp/build-features/color_0-ab4cae50b66d6685 /tmp/dev-container-features/color_0
RUN chmod -R 0755 /tmp/dev-container-features/color_0 \
 && cd /tmp/dev-container-features/color_0 \
 && chmod +x ./devcontainer-features-install.sh \
 && ./devcontainer-features-install.sh \
 && rm -rf /tmp/dev-container-features/color_0


COPY --chown=root:root --from=dev_containers_feature_content_source /tmp/build-features/hello_1-db738ea4cf5b4237 /tmp/dev-container-features/hello_1
RUN chmod -R 0755 /tmp/dev-container-features/hello_1 \
 && cd /tmp/dev-container-features/hello_1 \
 && chmod +x ./devcontainer-features-install.sh \
 && ./devcontainer-features-install.sh \
 && rm -rf /tmp/dev-container-features/hello_1




USER me

LABEL devcontainer.metadata="[ \
{\"remoteUser\":\"dev\"}, \
{\"id\":\"./color\"}, \
{\"id\":\"./hello\",\"postCreateCommand\":\"echo \$HOME\",\"privileged\":true,\"customizations\":{\"vscode\":{}}}, \
{\"remoteUser\":\"o'neil\"} \
]"


