#!/bin/sh
# Installs the command line of Wharf @VERSION@ for this user: one file, checked against the checksums below.
#
#   sh install.sh [--to FOLDER] [--with-devcontainer]
#
#   --to FOLDER           where the program goes; ~/.local/bin without it
#   --with-devcontainer   also make a link named `devcontainer`, which scripts and editors look for
#
# WHARF_INSTALL_ADDRESS names another place to load the package from. The checksums stay the same.
set -eu

version='@VERSION@'
address="${WHARF_INSTALL_ADDRESS:-@ADDRESS@}"
checksums='@CHECKSUMS@'

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "error: $1"
    [ -z "${2:-}" ] || say "$2"
    exit 1
}

# Everything is in a function that is called in the last line, so that half a script does nothing.
main() {
    folder="${HOME:?}/.local/bin"
    link=no
    while [ $# -gt 0 ]; do
        case "$1" in
            --to)
                [ $# -gt 1 ] || fail '--to needs a folder'
                folder=$2
                shift
                ;;
            --with-devcontainer) link=yes ;;
            -h | --help)
                say 'Usage: install.sh [--to FOLDER] [--with-devcontainer]'
                exit 0
                ;;
            *) fail "there is no option $1" 'Usage: install.sh [--to FOLDER] [--with-devcontainer]' ;;
        esac
        shift
    done

    name="wharf-$version-$(platform)"
    package="$name.tar.gz"
    expected=$(printf '%s\n' "$checksums" | while read -r sum file; do
        [ "$file" != "$package" ] || printf '%s' "$sum"
    done)
    [ -n "$expected" ] || fail "Wharf $version has no package $package" 'Build it from source; README.md says how.'
    if [ "$link" = yes ]; then
        check_link
    fi

    temporary=$(mktemp -d)
    trap 'rm -rf "$temporary"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    say "Loading $address/$package"
    load "$address/$package" "$temporary/$package"
    actual=$(checksum "$temporary/$package")
    [ "$actual" = "$expected" ] || fail "$package is not what was released: its checksum is $actual, not $expected" \
        'Nothing was installed. Try again; if it stays so, tell the project.'
    tar -xzf "$temporary/$package" -C "$temporary" || fail "$package cannot be unpacked"
    [ -f "$temporary/$name/wharf" ] || fail "$package holds no program"

    mkdir -p "$folder" || fail "$folder cannot be made" 'Name another folder with --to.'
    # Renamed into place, so that a running wharf keeps its own file.
    if ! { cp "$temporary/$name/wharf" "$folder/.wharf.new" && chmod 755 "$folder/.wharf.new" &&
        mv -f "$folder/.wharf.new" "$folder/wharf"; }; then
        rm -f "$folder/.wharf.new"
        fail "$folder/wharf cannot be written" 'Name another folder with --to.'
    fi
    say "Installed wharf $version: $folder/wharf"
    if [ "$link" = yes ]; then
        ln -sf wharf "$folder/devcontainer" || fail "$folder/devcontainer cannot be made"
        say "Installed the link devcontainer: $folder/devcontainer"
    fi
    case ":${PATH:-}:" in
        *":$folder:"*) say 'Start with `wharf up` in a folder that has a .devcontainer.' ;;
        *) say "$folder is not on your search path. Add it to PATH, then start with \`wharf up\`." ;;
    esac
}

platform() {
    case "$(uname -m)" in
        x86_64 | amd64) architecture=x86_64 ;;
        aarch64 | arm64) architecture=aarch64 ;;
        *) fail "there is no package for the processor $(uname -m)" 'Build it from source; README.md says how.' ;;
    esac
    case "$(uname -s)" in
        Linux) system=linux ;;
        Darwin) system=macos ;;
        *) fail "there is no package for $(uname -s)" 'On Windows use install.ps1.' ;;
    esac
    # A translated shell on an Apple processor says that it is the other one.
    if [ "$system" = macos ] && [ "$(sysctl -n hw.optional.arm64 2>/dev/null || true)" = 1 ]; then
        architecture=aarch64
    fi
    printf '%s-%s' "$architecture" "$system"
}

# A program of another maker is never replaced.
check_link() {
    place="$folder/devcontainer"
    if [ -L "$place" ]; then
        [ "$(readlink "$place")" = wharf ] || fail "$place is a link to $(readlink "$place")" 'Remove it, or leave out --with-devcontainer.'
    elif [ -e "$place" ]; then
        fail "$place is there already and is not ours" 'Remove it, or leave out --with-devcontainer.'
    fi
}

load() {
    if command -v curl >/dev/null 2>&1; then
        curl --fail --silent --show-error --location --retry 2 --connect-timeout 20 --output "$2" "$1" && return
    elif command -v wget >/dev/null 2>&1; then
        wget --quiet --tries=3 --timeout=20 --output-document="$2" "$1" && return
    else
        fail 'neither curl nor wget is here' 'Install one of them, then run this again.'
    fi
    fail "$1 cannot be loaded" 'Look at the network connection and its proxy, then run this again.'
}

checksum() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum <"$1" | cut -d ' ' -f 1
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 <"$1" | cut -d ' ' -f 1
    else
        fail 'neither sha256sum nor shasum is here' 'Install one of them, then run this again.'
    fi
}

main "$@"
