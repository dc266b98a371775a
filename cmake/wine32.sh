# A Wine that runs 32-bit programs too, in build/wine32: Debian's own for i386 beside the machine's for amd64. It is not
# installed, as a second architecture would change the machine for every other program. Sourced, after wine.sh.
wine32=$root/build/wine32

# Brings the packages for i386 with a package list, a cache and a set of installed packages (none) of its own.
bring_wine32_packages() {
  local apt=$wine32/apt
  mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,etc}
  : >"$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian" \
    "$(. /etc/os-release && echo "$VERSION_CODENAME") main" >"$apt/etc/sources.list"
  cat >"$apt/apt.conf" <<END
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/etc/sources.list";
Dir::Etc::sourceparts "-";
APT::Architecture "i386";
APT::Architectures "i386";
END
  logged wine32-update env APT_CONFIG="$apt/apt.conf" apt-get update
  logged wine32-download env APT_CONFIG="$apt/apt.conf" apt-get install -y --no-install-recommends --download-only \
    "wine32=$1"
}

# What runs 64-bit programs is the machine's. The loader finds everything else from where it lies itself; only the
# dynamic linker and the libraries of Debian are named.
unpack_wine32() {
  local folder=$wine32/root package
  rm -rf "$folder"
  mkdir -p "$folder/usr/lib/x86_64-linux-gnu/wine" "$wine32/bin"
  for package in "$wine32"/apt/cache/archives/*.deb; do dpkg-deb -x "$package" "$folder"; done
  rm -r "$wine32/apt"
  patchelf --set-interpreter "$folder/lib/ld-linux.so.2" --force-rpath \
    --set-rpath "$folder/usr/lib/i386-linux-gnu:$folder/lib/i386-linux-gnu" "$folder/usr/lib/wine/wine"
  cp /usr/lib/wine/wine64 "$folder/usr/lib/wine/"
  cp -r /usr/lib/x86_64-linux-gnu/wine/x86_64-unix "$folder/usr/lib/x86_64-linux-gnu/wine/"
  ln -s /usr/lib/x86_64-linux-gnu/wine/x86_64-windows "$folder/usr/lib/x86_64-linux-gnu/wine/"
  cp /usr/lib/x86_64-linux-gnu/wine/i386-windows/zlib1.dll "$folder/usr/lib/i386-linux-gnu/wine/i386-windows/"
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$folder/usr/lib/wine/wine64" >"$wine32/bin/wine"
  chmod +x "$wine32/bin/wine"
}

# From here on 'wine' runs both. Its prefix must be one that it has made.
use_wine32() {
  local version
  version=$(dpkg-query -W -f='${Version}' wine64)
  if [ "$(cat "$wine32/version" 2>/dev/null)" != "$version" ]; then
    need_packages patchelf
    step "Bringing a 32-bit Wine into ${wine32#"$root/"}"
    bring_wine32_packages "$version"
    unpack_wine32
    echo "$version" >"$wine32/version"
  fi
  export PATH=$wine32/bin:$PATH
}
