#!/bin/sh
# Installs the servers the tests talk to, where that can be done without asking anybody; else says what will be left out.
# Nothing is started, nothing that is installed is removed, and nothing new will start with the machine.
set -eu
PATH=$PATH:/usr/sbin:/sbin

packages=
want() {
    packages="$packages $1"
    echo "$2 is not installed: $3"
}

[ -x "$(command -v postfix)" ] || want postfix Postfix "no test against a real mail server that sends"
[ -x /usr/lib/dovecot/imap ] || want dovecot-imapd Dovecot "no test against a real mailbox"
[ -x /usr/lib/dovecot/lmtp ] || want dovecot-lmtpd "Dovecot's LMTP" "no test of delivery into a real mailbox"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || want postgresql PostgreSQL "no test of a store on PostgreSQL"
[ -x "$(command -v systemd-analyze)" ] || want systemd systemd-analyze "no test of the systemd units"
# Ubuntu's package of that name is a stub that asks for snap.
[ -x "$(command -v chromium)" ] || ! grep -qx 'ID=debian' /etc/os-release 2>/dev/null ||
    want chromium Chromium "no test of the desk in a browser"
[ -x "$(command -v pdftotext)" ] || want poppler-utils poppler "no test that opens a PDF"
[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf ] || want fonts-dejavu-core DejaVu "no test of what is printed"
[ -e /usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf ] ||
    want fonts-droid-fallback "Droid Fallback" "no test of Chinese and Japanese in print"
[ -n "$packages" ] || exit 0

cure="to have these tests too: apt-get install$packages"
if [ ! -x "$(command -v apt-get)" ]; then
    echo "This is neither Debian nor Ubuntu; install these servers in its own way. The tests that need them are left out."
    exit 0
elif [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Neither root nor sudo without a password; the tests above are left out ($cure)."
    exit 0
fi

echo "Installing$packages."
# policy-rc.d is how Debian asks whether a service may be started; 101 is no.
guard=/usr/sbin/policy-rc.d
if [ ! -e $guard ]; then
    trap '$as_root rm -f $guard' EXIT INT TERM
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $guard >/dev/null
    $as_root chmod 755 $guard
fi
said=$(mktemp)
apt() {
    # --no-remove: a mail server that is there already stays, even if it does not get on with ours.
    $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -o DPkg::Lock::Timeout=120 "$@" >"$said" 2>&1
}
echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections 2>/dev/null || true
# shellcheck disable=SC2086 # one word a package
if ! { apt update && apt install --yes --no-remove --no-install-recommends $packages; }; then
    tail -n 5 "$said"
    echo "They could not be installed; the tests above are left out ($cure)."
fi
rm -f "$said"
for unit in postfix dovecot postgresql; do
    case $packages in *"$unit"*) $as_root systemctl --quiet disable "$unit" 2>/dev/null || true ;; esac
done
