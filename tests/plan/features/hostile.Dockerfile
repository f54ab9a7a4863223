ARG _DEV_CONTAINERS_BASE_IMAGE=scratch




FROM $_DEV_CONTAINERS_BASE_IMAGE AS dev_containers_feature_content_normalize
USER root
COPY --from=dev_containers_feature_content_source devcontainer-features.builtin.env /tmp/build-features/
RUN chmod -R 0755 /tmp/build-features/

FROM $_DEV_CONTAINERS_BASE_IMAGE AS dev_containers_target_stage

USER root

ARG _DEV_CONTAINERS_LINE_BREAK

RUN mkdir -p /tmp/dev-container-features
COPY --from=dev_containers_feature_content_normalize /tmp/build-features/ /tmp/dev-container-features

RUN \
echo "_CONTAINER_USER_HOME=$( (command -v getent >/dev/null 2>&1 && getent passwd 'x|y.*' || grep -E '^x\|y\.\*|^[^:]*:[^:]*:x\|y\.\*:' /etc/passwd || true) | cut -d: -f6)" >> /tmp/dev-container-features/devcontainer-features.builtin.env && \
echo "_REMOTE_USER_HOME=$( (command -v getent >/dev/null 2>&1 && getent passwd 'a'\''b"$(c) d' || grep -E '^a'\''b"\$\(c\) d|^[^:]*:[^:]*:a'\''b"\$\(c\) d:' /etc/passwd || true) | cut -d: -f6)" >> /tmp/dev-container-features/devcontainer-features.builtin.env

ENV A="a\"b\\c$d`e'f${_DEV_CONTAINERS_LINE_BREAK}RUN touch /pwned${_DEV_CONTAINERS_LINE_BREAK}#é "
RUN --mount=type=bind,from=dev_containers_feature_content_source,source=.._we_ird___x__RUN_x_0,target=/tmp/build-features-src/.._we_ird___x__RUN_x_0 \
    cp -ar /tmp/build-features-src/.._we_ird___x__RUN_x_0 /tmp/dev-container-features \
 && chmod -R 0755 /tmp/dev-container-features/.._we_ird___x__RUN_x_0 \
 && cd /tmp/dev-container-features/.._we_ird___x__RUN_x_0 \
 && chmod +x ./devcontainer-features-install.sh \
 && ./devcontainer-features-install.sh \
 && rm -rf /tmp/dev-container-features/.._we_ird___x__RUN_x_0


RUN --mount=type=bind,from=dev_containers_feature_content_source,source=-rf_1,target=/tmp/build-features-src/-rf_1 \
    cp -ar /tmp/build-features-src/-rf_1 /tmp/dev-container-features \
 && chmod -R 0755 /tmp/dev-container-features/-rf_1 \
 && cd /tmp/dev-container-features/-rf_1 \
 && chmod +x ./devcontainer-features-install.sh \
 && ./devcontainer-features-install.sh \
 && rm -rf /tmp/dev-container-features/-rf_1




ARG _DEV_CONTAINERS_IMAGE_USER=root
USER $_DEV_CONTAINERS_IMAGE_USER

LABEL devcontainer.metadata="[ \
{\"remoteUser\":\"dev\"}, \
{\"id\":\"./we ird\\\"/\$(x)\",\"postCreateCommand\":\"a\\\"b\\\\c\$d`e'f\\nRUN touch /pwned\\n#é \",\"entrypoint\":\"a\\\"b\\\\c\$d`e'f\\nRUN touch /pwned\\n#é \"}, \
{\"id\":\"./-rf\"}, \
{\"containerEnv\":{\"B\":\"a\\\"b\\\\c\$d`e'f\\nRUN touch /pwned\\n#é \"},\"containerUser\":\"x|y.*:z\",\"remoteUser\":\"a'b\\\"\$(c) d\"} \
]"

ENV B="a\"b\\c\$d`e'f${_DEV_CONTAINERS_LINE_BREAK}RUN touch /pwned${_DEV_CONTAINERS_LINE_BREAK}#é "
