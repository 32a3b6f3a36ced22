#!/usr/bin/env bash
# Every shell script of the tree through shellcheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if ! command -v shellcheck >/dev/null; then
  echo 'SKIPPED: shellcheck is not installed'
  exit 77
fi
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard | while read -r file; do
  if [[ -f $file ]] && head -c 40 "$file" | head -n 1 | grep -qE '^#!.*\b(ba)?sh$' 2>/dev/null; then echo "$file"; fi
done)
((${#scripts[@]} >= 4)) || { echo "only ${#scripts[@]} scripts found"; exit 1; }
shellcheck -x "${scripts[@]}"
echo "${#scripts[@]} scripts"
