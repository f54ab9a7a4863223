#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'hello' >> /tmp/facts/order
{
	echo "greeting=[$GREETING] loud=[$LOUD] times=[$TIMES_2_SAY]"
	echo "container user [$_CONTAINER_USER] at [$_CONTAINER_USER_HOME], remote user [$_REMOTE_USER] at [$_REMOTE_USER_HOME]"
	echo "as $(id -u) in a folder with $(ls | tr '\n' ' ')"
} >> /tmp/facts/hello
printf '#!/bin/sh\necho "%s, %s!"\n' "$GREETING" "$_REMOTE_USER" > /usr/local/bin/hello
chmod +x /usr/local/bin/hello
cp ./devcontainer-features-install.sh /tmp/facts/hello-wrapper
cp ./devcontainer-features.env /tmp/facts/hello-options
