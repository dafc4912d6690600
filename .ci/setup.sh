# shellcheck shell=bash
# Shared by ./run and ./check: the packages they need and the way they build. Sourced, never run.
# Everything here talks on stderr, so that stdout stays the tool's own.

RUN_PACKAGES=(
  g++ cmake ninja-build ccache pkg-config
  libre2-dev libboost-program-options-dev libyaml-cpp-dev nlohmann-json3-dev libfmt-dev
  libarchive-dev zlib1g-dev libssl-dev libiberty-dev
  libdw-dev libelf-dev libzstd-dev libxxhash-dev libcapstone-dev # symbolizing
  binutils-riscv64-linux-gnu # objdump: Debian 12's capstone knows no riscv
  libsqlite3-dev # what triage remembers
  git # ktriage bisect runs it
  libvectorscan-dev # the portable fork of Intel's hyperscan, for scanning literals
)
# shellcheck disable=SC2034  # used by ./check
CHECK_PACKAGES=(
  "${RUN_PACKAGES[@]}"
  libgtest-dev libgmock-dev libbenchmark-dev
  clang clang-format clang-tidy libclang-rt-dev
  git xz-utils zstd
  qemu-system-x86 # ktriage bisect boots kernels in it: the tests boot a guest of a few instructions
  python3 python3-jsonschema # end-to-end tests of bisections, and what they print
  chromium # the page of triage in a real browser
  binutils elfutils llvm # objcopy for the pretend kernel; addr2line in its three kinds
  debuginfod # debuginfod-find, its client
)

note() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# Prints those of the named packages that are not installed.
missing_packages() {
  local installed package
  # dpkg-query fails when any one package is unknown, which is an answer here and no error.
  # shellcheck disable=SC2016  # dpkg-query expands these, not the shell
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "installed $package" <<<"$installed" || printf '%s\n' "$package"
  done
}

install_by_hand() { # WHY PACKAGE...
  note "$1"
  note "install these packages by hand, then try again: ${*:2}"
}

# install_packages PACKAGE...: installs the missing ones; asks for no privilege when none is missing.
install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    note "dpkg-query not found, so nothing is installed; needed are (Debian's names): $*"
    return 0
  fi
  local missing apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120)
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0

  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      install_by_hand "cannot run 'apt-get install': not root, and there is no sudo" "${missing[@]}"
      return 3
    fi
    # Without a terminal a password prompt could only hang.
    if [[ -t 0 ]]; then apt=(sudo "${apt[@]}"); else apt=(sudo -n "${apt[@]}"); fi
  fi
  note "installing ${missing[*]}"
  if ! { apt_step "${apt[@]}" update &&
    apt_step "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; }; then
    install_by_hand "packages are missing" "${missing[@]}"
    return 3
  fi
}

apt_step() {
  local log
  if ! log=$("$@" 2>&1 </dev/null); then
    tail -n 15 <<<"$log" >&2
    note "failed: $*"
    return 1
  fi
}

# build_preset PRESET: configures and builds in the current directory, quietly; on failure shows why.
build_preset() {
  local preset=$1 log=build/$1.log start=$SECONDS
  mkdir -p build
  note "building preset $preset (log: $log)"
  if cmake --preset "$preset" >"$log" 2>&1 </dev/null &&
    cmake --build --preset "$preset" >>"$log" 2>&1 </dev/null; then
    note "built $preset in $((SECONDS - start)) s"
    return 0
  fi
  # Template errors are long, and jobs run side by side: the errors themselves first, then the end.
  grep -E -m 10 '(^|[ :])(fatal )?error:' "$log" >&2 || true
  note "building preset $preset failed; the end of $log:"
  tail -n 60 "$log" >&2
  return 1
}
