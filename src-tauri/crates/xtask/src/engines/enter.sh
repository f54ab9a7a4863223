#!/bin/sh
# Makes a folder with a Debian system the root of this process, then becomes the command given. Runs as the first process of new
# mount and process namespaces, so that everything here is gone when the engine ends.
#
#   enter.sh ROOT 'SHARED FOLDER
#   SHARED FOLDER …' COMMAND [ARGUMENT…]
#
# pivot_root and not chroot: below a chroot an engine's exec runs in the machine's own root, and tests pass or fail for the wrong reason.
set -eu
# What this process inherited must not stay open for as long as the engine runs.
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
root=$1
shared=$2
shift 2

mount --make-rprivate /
mount --bind "$root" "$root"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
# Podman keeps its locks in shared memory, under one name for every Podman on the machine.
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"

# At the same path inside and out: the sockets, the engine's data, and whatever folders tests hand to the engine.
printf '%s\n' "$shared" | while IFS= read -r folder; do
    [ -n "$folder" ] || continue
    mkdir -p "$root$folder"
    mount --rbind "$folder" "$root$folder"
done

mkdir -p "$root/oldroot"
cd "$root"
pivot_root . oldroot
cd /
umount -l /oldroot
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
unset TMPDIR XDG_RUNTIME_DIR DOCKER_HOST CONTAINER_HOST
exec "$@"
