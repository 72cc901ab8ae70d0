# shellcheck shell=bash
# Stand-ins under the public names of base images, made of Debian's packages; sourced by `engine`.
# They prove the logic of a Dockerfile and a compose file, not size or exact versions.
set -euo pipefail
: "${here:?}" "${work:?}"

recipe() { # REF -> kind, base, args
  local version=${1##*:}
  args=()
  case $1 in
    debian:trixie | debian:forky) kind=debian base=$version ;;
    python:3.13-slim) kind=python base=debian:trixie args=(VERSION=3.13) ;;
    ghcr.io/astral-sh/uv:*.*.*) kind=uv base=python:3.13-slim args=(VERSION="$version") ;;
    mariadb:11.8) kind=mariadb base=debian:trixie ;;
    postgres:18) kind=postgres base=debian:forky args=(VERSION=18) ;;
    redis:8) kind=redis base=debian:trixie ;;
    *) die "no stand-in for $1" ;;
  esac
}

settings() { # DIR: this machine's certificates and registry settings, as files for / and as ENV lines
  local dir=$1 ca=/usr/local/share/ca-certificates bundle=/etc/ssl/certs/ca-certificates.crt
  rm -rf "$dir"; mkdir -p "$dir/files"/{etc/apt/apt.conf.d,usr/local/share/ca-certificates}; : >"$dir/env"
  { echo 'Acquire::Languages "none";'; apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)' || true; } \
    >"$dir/files/etc/apt/apt.conf.d/99machine"
  if compgen -G "$ca/*.crt" >/dev/null; then
    cp "$ca"/*.crt "$dir/files$ca/"
    # uv trusts only the roots that it brings along, unless told otherwise.
    printf 'ENV SSL_CERT_FILE=%s\n' "$bundle" >>"$dir/env"
  fi
  # Local paths mean nothing inside an image, so file: and / words are dropped.
  if command -v pip >/dev/null; then
    pip config list 2>/dev/null | sed -nE "s/^(global|:env:)\.+((extra-)?index-url|trusted-host|no-index|timeout|default-timeout|retries)='(.*)'$/\2 \4/p" |
      while read -r key words; do
        local kept=() word
        for word in $words; do case $word in file:* | /*) ;; *) kept+=("$word") ;; esac; done
        if [ ${#kept[@]} -gt 0 ]; then echo "${key/default-timeout/timeout} = ${kept[*]}"; fi
      done | awk -F ' = ' '{ line[$1] = $0 } END { for (key in line) print line[key] }' | sort >"$dir/pip"
    if [ -s "$dir/pip" ]; then { echo '[global]'; cat "$dir/pip"; } >"$dir/files/etc/pip.conf"; fi
  fi
  local file name
  for file in "${XDG_CONFIG_HOME:-$HOME/.config}/uv/uv.toml" /etc/uv/uv.toml; do
    if [ -s "$file" ]; then mkdir -p "$dir/files/etc/uv"; cp "$file" "$dir/files/etc/uv/uv.toml"; break; fi
  done
  for name in UV_INDEX UV_DEFAULT_INDEX UV_INDEX_URL UV_EXTRA_INDEX_URL UV_INSECURE_HOST; do
    if [ -n "${!name-}" ]; then printf 'ENV %s="%s"\n' "$name" "${!name}" >>"$dir/env"; fi
  done
}

rootfs() { # SUITE -> tar of a minimal Debian, without what slim images lack
  local out=$work/images/rootfs-$1.tar
  if [ ! -s "$out" ]; then
    say "bootstrapping debian $1"
    local dpkg=(force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*'
      'path-exclude=/usr/share/info/*' 'path-exclude=/usr/share/locale/*')
    quietly mmdebstrap --variant=minbase --include=ca-certificates,netbase,tzdata "${dpkg[@]/#/--dpkgopt=}" \
      --aptopt="$work/settings/files/etc/apt/apt.conf.d/99machine" \
      "$1" "$out.part.tar" "deb $(mirror) $1 main"
    mv "$out.part.tar" "$out"
  fi
}

build_debian() { # TAG SUITE
  local context=$work/context; rm -rf "$context"; mkdir -p "$context"
  cp -al "$work/settings/files" "$context/settings"; ln "$work/images/rootfs-$2.tar" "$context/rootfs.tar"
  { printf 'FROM scratch\nADD rootfs.tar /\nCOPY settings/ /\n'
    printf 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nRUN update-ca-certificates\n'
    cat "$work/settings/env"; echo 'CMD ["bash"]'; } >"$context/Dockerfile"
  quietly docker_build -t "$1" "$context"
  rm -rf "$context"
}

identify() { # REF -> the tag that its present recipe has, made of everything that goes into the image
  local kind base args
  recipe "$1"
  case $kind in
    debian) { echo "$base"; stat -c %Y "$work/images/rootfs-$base.tar"; cat "$work/settings/sum"; } ;;
    *) { identify "$base"; echo "${args[@]}"; cat "$here/images/$kind"/*; } ;;
  esac | sha256sum | sed "s#^\(.\{12\}\).*#stand-in/$kind:\1#"
}

ensure() { # REF: an image of that name, from the engine, else from its tar, else built
  local kind base args arg tag tar start=$SECONDS how=''
  recipe "$1"
  tag=$(identify "$1"); tar=$work/images/$kind-${tag##*:}.tar.gz
  if docker image inspect "$tag" >/dev/null 2>&1; then :
  elif [ -s "$tar" ]; then
    how=loaded; quietly docker load -i "$tar"
  elif [ "$kind" = debian ]; then # not saved: it is its root filesystem, added
    how=built; build_debian "$tag" "$base"
  else
    ensure "$base"
    local options=(--build-arg "BASE=$(identify "$base")")
    for arg in "${args[@]}"; do options+=(--build-arg "$arg"); done
    how=built; quietly docker_build -t "$tag" "${options[@]}" "$here/images/$kind"
    docker save "$tag" | gzip -1 >"$tar.part" && mv "$tar.part" "$tar"
  fi
  docker tag "$tag" "$1"
  [ -z "$how" ] || say "$how $1 ($((SECONDS - start)) s)"
}

images() {
  local ref
  mkdir -p "$work/images"
  settings "$work/settings"
  (cd "$work/settings" && find . -type f ! -name sum -print0 | sort -z | xargs -0 sha256sum) >"$work/settings/sum"
  local suites=() kind base args pids=() pid
  for ref; do
    recipe "$ref"; while [ "$kind" != debian ]; do recipe "$base"; done
    suites+=("$base")
  done
  # The slow part, side by side.
  need mmdebstrap=mmdebstrap
  for base in $(printf '%s\n' "${suites[@]}" | sort -u); do rootfs "$base" & pids+=($!); done
  for pid in "${pids[@]}"; do wait "$pid"; done
  for ref; do ensure "$ref"; done
}
