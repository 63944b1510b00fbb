#!/bin/sh
# Installs the two real receivers that the oracle and scenario tests send to: rsyslog (with its OpenSSL driver) by apt-get, and
# syslog-ng, which Debian doesn't allow beside rsyslog, unpacked into a folder that nothing else looks into.
# Promise: does nothing where both are there; never touches a running daemon or a system configuration of syslog-ng.
# Worst case: apt-get fails, this exits 1, and the tests that want a receiver are skipped with the reason.
# Usage: scripts/install-receivers.sh    SLUICE_SYSLOG_NG=folder: where syslog-ng is, or goes to
set -eu

target=${SLUICE_SYSLOG_NG:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice-receivers/syslog-ng}
mark=.unpacked-by-sluice

say() { printf '%s\n' "$*" >&2; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# Package lists may be missing in a container: fetched once, when something was not found.
with_lists() { "$@" || { as_root apt-get update -qq && "$@"; }; }

rsyslog_is_there() {
  [ -x /usr/sbin/rsyslogd ] && ls /usr/lib/*/rsyslog/lmnsd_ossl.so >/dev/null 2>&1
}

install_rsyslog() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rsyslog rsyslog-openssl >/dev/null
}

# The folders of a tree unpacked in $1 that hold libraries, joined by colons.
libraries() { find "$1" -name '*.so.*' -exec dirname {} + | sort -u | paste -s -d : -; }

syslog_ng_is_there() {
  [ -x "$1/usr/sbin/syslog-ng" ] && LD_LIBRARY_PATH=$(libraries "$1") "$1/usr/sbin/syslog-ng" --version >/dev/null 2>&1
}

# syslog-ng-core, and the libraries that it needs and this machine doesn't have.
missing_packages() {
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances syslog-ng-core |
    grep -E '^(lib|syslog-ng-core)' | grep -v -E '^libelogind0' | sort -u |
    while read -r package; do
      dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed' || printf '%s\n' "$package"
    done
}

unpack_syslog_ng() {
  # Only a folder that this script made is ever replaced.
  if [ -e "$target" ] && [ ! -e "$target/$mark" ]; then say "$target holds something else: empty it, or name another"; exit 1; fi
  work=$(mktemp -d)
  trap 'rm -rf "$work" "$target.new"' EXIT
  # shellcheck disable=SC2046 — one word per package
  (cd "$work" && apt-get download -qq $(missing_packages) 2>"$work/errors") || { cat "$work/errors" >&2; return 1; }
  rm -rf "$target.new"
  mkdir -p "$target.new"
  for package in "$work"/*.deb; do dpkg -x "$package" "$target.new"; done
  syslog_ng_is_there "$target.new" || { say "syslog-ng doesn't start from $target.new"; return 1; }
  touch "$target.new/$mark"
  rm -rf "$target"
  mv "$target.new" "$target"
}

if rsyslog_is_there; then say 'rsyslog: there'; else
  with_lists install_rsyslog
  rsyslog_is_there || { say 'rsyslog: not installed'; exit 1; }
  say 'rsyslog: installed'
fi

if syslog_ng_is_there "$target"; then say "syslog-ng: there, in $target"; else
  apt-cache show syslog-ng-core >/dev/null 2>&1 || as_root apt-get update -qq
  with_lists unpack_syslog_ng
  say "syslog-ng: unpacked into $target"
fi
