#!/bin/sh
# Installs demoapp 1.0.0 from this folder, or removes it. Run as root.
#
#   install.sh              install, or upgrade what is there; the service starts
#   install.sh --rollback   go back to the version that was there before
#   install.sh --remove     remove program and service; data and settings stay
#   install.sh --purge      remove data, settings and the service's user as well
#   install.sh --help       show this
#
# The code stands in one of three folders, /usr/lib/demoapp-a, -b and -c; /usr/lib/demoapp is a
# link to the one in use. Its file `previous` names the one to go back to. An upgrade fills the third,
# then moves the link, which is one step. Whatever fails is undone; only then the oldest is deleted.
set -eu
unset DPKG_ROOT
umask 022

name=demoapp
command=demoapp
code=/usr/lib/$name
settings=/etc/demoapp/demoapp.env
system_files='/usr/bin/demoapp /usr/lib/systemd/system/demoapp.service /usr/lib/sysusers.d/demoapp.conf /usr/lib/tmpfiles.d/demoapp.conf /usr/share/man/man1/demoapp.1.gz /usr/share/doc/demoapp/copyright /usr/share/doc/demoapp/demoapp.cdx.json'
script=$(readlink -f -- "$0")
here=${script%/*}
lock=/run/$name.install.lock

say() {
	echo "demoapp: $*" >&2
}

# What an installation makes here is noted in /var/lib/demoapp.made, whichever format it comes in:
#   passwd, group   the number of the service's user and group, where the installation made them
#   state           is there where it made /var/lib/demoapp
#   before, owner   what stood in that folder before, and whose it was
# Upgrade, removal and a change of format keep the notes. Purge undoes what they say, and no more
# (Debian Policy 6.8, 10.7.3): an account or a folder of this name may be somebody else's.
root=${DPKG_ROOT:-}
made="$root/var/lib/demoapp.made"
data="$root/var/lib/demoapp"

# The line of the service's user or group; `passwd` or `group` says in which database.
account() {
	if [ -n "$root" ]; then
		grep '^demoapp:' "$root/etc/$1"
	else
		getent "$1" demoapp
	fi
}

account_id() {
	account "$1" | cut -d: -f3
}

# A service that runs as a person could read all that is theirs; root's rights are for no service.
refuse_foreign_account() {
	number=$(account_id passwd)
	home=$(account passwd | cut -d: -f6)
	if [ -n "$number" ] && { [ "$number" -eq 0 ] || { [ "$number" -ge 1000 ] && [ "$home" != /var/lib/demoapp ]; }; }; then
		say "there is a user demoapp (number $number), who is no service's. Nothing is installed:"
		say "its service needs this name. Rename that user (usermod --login), or remove it."
		return 1
	fi
}

# Before anything is made: an account that is not there now will be the installation's.
note_accounts() {
	mkdir -p "$made"
	for database in passwd group; do
		if ! account "$database" >/dev/null; then
			: >"$made/$database"
		elif [ ! -s "$made/$database" ]; then
			rm -f "$made/$database"
		fi
	done
}

tell_foreign_accounts() {
	[ -e "$made/passwd" ] || say "the user demoapp was there before: the service runs as it, and purge will keep it."
	[ -e "$made/group" ] || say "the group demoapp was there before: it can read the settings, and purge will keep it."
}

# After systemd-sysusers: which numbers they have, so that no other of this name is ever taken for them.
note_account_numbers() {
	for database in passwd group; do
		if [ -e "$made/$database" ] && [ ! -s "$made/$database" ]; then
			account_id "$database" >"$made/$database"
		fi
	done
}

# The service gets its folder. In one that was there before, what others put there stays theirs.
make_data_folder() {
	owner="$(account_id passwd):$(account_id group)"
	if [ ! -e "$data" ] && [ ! -L "$data" ]; then
		mkdir -m 0700 "$data"
		chown "$owner" "$data"
		: >"$made/state"
	elif [ -L "$data" ]; then
		say "/var/lib/demoapp is a link, on which systemd starts no service: put a mount in its place (mount --bind)."
	elif [ -d "$data" ] && [ ! -e "$made/state" ] && [ ! -e "$made/before" ]; then
		list_data >"$made/before.new"
		stat -c '%u:%g %a' "$data" >"$made/owner"
		mv -f "$made/before.new" "$made/before"
		say "/var/lib/demoapp was there before: the service uses it, and purge will keep what is in it now."
		say "Files in it that are to be the service's have to be given to its user."
		# systemd gives all of a folder away, but not of one that is the service's already.
		chown "$owner" "$data"
	fi
}

# Sorted, each name ended by a zero byte.
list_data() {
	(cd "$data" && find . -xdev -mindepth 1 -print0 | LC_ALL=C sort -z)
}

# An account is the one that was made as long as it has that number.
is_made() {
	[ -s "$made/$1" ] && [ "$(cat "$made/$1")" = "$(account_id "$1")" ]
}

purge_made() {
	purge_settings
	purge_data
	purge_accounts
	rm -rf "$made"
}

# What administrators have put beside the settings is theirs.
purge_settings() {
	settings_file="$root/etc/demoapp/demoapp.env"
	for ending in '' .before .new .rpmnew .rpmorig .rpmsave .dpkg-dist .dpkg-new .dpkg-old .dpkg-tmp; do
		rm -f "$settings_file$ending"
	done
	rmdir "${settings_file%/*}" 2>/dev/null || tell_if_kept "${settings_file%/*}" "others' files are in it"
}

purge_data() {
	if [ -r /proc/self/mountinfo ] && awk -v top="$data/" 'index($5, top) == 1 {found = 1} END {exit !found}' /proc/self/mountinfo; then
		tell_if_kept "$data" "something is mounted inside. After umount: rm -r $data"
	elif [ -L "$data" ]; then
		tell_if_kept "$data" "it is a link, and somebody else's"
	elif [ -e "$made/state" ]; then
		rm -rf --one-file-system "$data" 2>/dev/null || true
		tell_if_kept "$data" "it is in use, as a mount point perhaps"
	elif [ -e "$made/before" ] && [ -d "$data" ]; then
		purge_data_since
		tell_if_kept "$data" "it was there before, and so was what is left in it"
	else
		tell_if_kept "$data" "there is no note that demoapp made it"
	fi
}

# In a folder that was there before: what came since goes, and the folder is again whose it was.
purge_data_since() {
	(
		cd "$data"
		find . -xdev -mindepth 1 -print0 | LC_ALL=C sort -z | LC_ALL=C comm -z -13 "$made/before" - |
			LC_ALL=C sort -rz | xargs -0r rm -df -- 2>/dev/null
	) || true
	chown "$(cut -d ' ' -f 1 "$made/owner")" "$data"
	chmod "$(cut -d ' ' -f 2 "$made/owner")" "$data"
}

tell_if_kept() {
	if [ -e "$1" ] || [ -L "$1" ]; then
		say "$1 stays: $2."
	fi
}

purge_accounts() {
	group_is_made=no
	if is_made group; then
		group_is_made=yes
	fi
	if is_made passwd; then
		purge_user
	fi
	if [ $group_is_made = yes ] && account group >/dev/null; then
		purge_group
	fi
}

# userdel takes along the group of the user's name where that has no member, whoever made it.
purge_user() {
	if ! command -v userdel >/dev/null; then
		drop_lines passwd shadow
		return
	fi
	if [ $group_is_made = no ] && account group >/dev/null; then
		gpasswd ${root:+--root "$root"} --add root demoapp >/dev/null
	fi
	userdel ${root:+--prefix "$root"} demoapp || say "the user demoapp stays. Later: userdel demoapp"
	if [ $group_is_made = no ] && account group >/dev/null; then
		gpasswd ${root:+--root "$root"} --delete root demoapp >/dev/null
	fi
}

purge_group() {
	if ! command -v groupdel >/dev/null; then
		drop_lines group gshadow
		return
	fi
	groupdel ${root:+--prefix "$root"} demoapp || say "the group demoapp stays. Later: groupdel demoapp"
}

# systemd-sysusers needs no useradd, so there may be no userdel either on the smallest systems.
drop_lines() {
	for database in "$@"; do
		[ ! -f "$root/etc/$database" ] || sed -i '/^demoapp:/d' "$root/etc/$database"
	done
}

# Whether the port is somebody else's, before the service asks for it.
wanted_port() {
	bind=$(sed -n 's/^[[:space:]]*DEMOAPP_BIND=//p' /etc/demoapp/demoapp.env 2>/dev/null | tail -n 1 | tr -d "\"' ")
	bind=${bind##*:}
	case "$bind" in
	'' | *[!0-9]*) echo 8000 ;;
	*) echo "$bind" ;;
	esac
}

# The socket that listens on the wanted port: its inode (proc(5), /proc/net/tcp), or nothing. The network
# is that of process 1, where the service will be: rpm may run scriptlets in one of their own.
listening_socket() {
	awk -v wanted="$(wanted_port)" '
		$4 == "0A" && !found {
			port = 0
			for (i = length($2) - 3; i <= length($2); i++)
				port = 16 * port + index("0123456789ABCDEF", substr($2, i, 1)) - 1
			if (port == wanted) {
				print $10
				found = 1
			}
		}' /proc/1/net/tcp /proc/1/net/tcp6 2>/dev/null || true
}

say_if_port_is_taken() {
	if systemctl is-active --quiet demoapp.service; then
		return 0 # it listens there itself
	fi
	socket=$(listening_socket)
	if [ -n "$socket" ]; then
		process=$(find /proc/[0-9]*/fd -lname "socket:\[$socket\]" 2>/dev/null | head -n 1 | cut -d/ -f3)
		program=$(cat "/proc/$process/comm" 2>/dev/null || echo another program)
		say "port $(wanted_port) is in use by $program${process:+ (process $process)}, so demoapp.service cannot start."
		say "Free it, or set DEMOAPP_BIND in /etc/demoapp/demoapp.env. Then: systemctl restart demoapp"
	fi
}

# What has failed already: nothing waits for the service.
say_if_failed() {
	if systemctl is-enabled --quiet demoapp.service && ! systemctl is-active --quiet demoapp.service; then
		say "the service does not run. It says:"
		journalctl --quiet --no-pager --output=cat --lines=4 --unit=demoapp.service >&2 || true
		say "More: journalctl -u demoapp. When it is mended: systemctl restart demoapp"
	fi
}

usage() {
	sed -n 's/^# \{0,1\}//; 2,8p' "$script"
}

stop_with() {
	echo "install.sh: $1" >&2
	exit "${2:-1}"
}

systemd_runs() {
	[ -d /run/systemd/system ]
}

check_rights() {
	[ "$(id -u)" -eq 0 ] || stop_with "root's rights are needed. Type: sudo $0"
}

# One at a time. The lock goes with the process, however that ends.
take_lock() {
	exec 9<>"$lock"
	flock --nonblock 9 || stop_with "another one is at work, as process $(cat "$lock"). Wait for its end."
	echo $$ >"$lock"
}

check_machine() {
	for tool in python3 systemd-sysusers; do
		command -v $tool >/dev/null || stop_with "$tool is not installed; install it first." 3
	done
	/usr/bin/python3 -c 'import sys; sys.exit(not ((3, 10) <= sys.version_info[:3] < (4,)))' ||
		stop_with 'Python 3.10 or newer but before 4 is needed, and /usr/bin/python3 is another one.' 3
	if [ ! -L "$code" ] && { [ -e "$code" ] || [ -e "/usr/bin/$command" ]; }; then
		stop_with "$name is here already, from a package; remove that first."
	fi
}

# dpkg itself deletes a settings file that it still has on its list when the package is purged.
warn_of_removed_package() {
	command -v dpkg-query >/dev/null || return 0
	for package in "$name" "$name-bundled"; do
		case "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)" in
		config-files) echo "Note: apt-get purge $package would delete $settings, which is used here now." ;;
		esac
	done
}

current_slot() {
	readlink "$code" || true
}

previous_slot() {
	cat "$code/previous" 2>/dev/null || true
}

free_slot() {
	for slot in "$name-a" "$name-b" "$name-c"; do
		if [ "$slot" != "$(current_slot)" ] && [ "$slot" != "$(previous_slot)" ]; then
			echo "$slot"
			return
		fi
	done
}

# The slot holds all there is of a version: its code, its copy of the system files, and this script.
fill_slot() {
	rm -rf "/usr/lib/$1"
	mkdir "/usr/lib/$1" "/usr/lib/$1/system"
	cp -R "$here/files/usr/lib/$name/." "/usr/lib/$1/"
	cp -R "$here/files/etc" "$here/files/usr" "/usr/lib/$1/system/"
	rm -r "/usr/lib/$1/system/usr/lib/$name"
	cp "$script" "/usr/lib/$1/install.sh"
	chown -hR root:root "/usr/lib/$1"
	chmod -R u=rwX,go=rX "/usr/lib/$1"
	sync "/usr/lib/$1" 2>/dev/null || sync
}

# Everything that can fail for want of room is done before the link moves.
activate() {
	for file in $system_files; do
		mkdir -p "${file%/*}"
		cp -P --remove-destination "/usr/lib/$1/system$file" "$file.new"
	done
	note_accounts
	systemd-sysusers "/usr/lib/$1/system/usr/lib/sysusers.d/$name.conf"
	note_account_numbers
	make_data_folder
	put_settings "/usr/lib/$1/system$settings"
	echo "$before" >"/usr/lib/$1/previous"
	ln -sfn "$1" "/usr/lib/.$name.link"
	mv -T "/usr/lib/.$name.link" "$code"
	for file in $system_files; do
		mv -T "$file.new" "$file"
	done
	systemd-tmpfiles --create "$name.conf" 2>/dev/null || true
	enable_service
}

# Settings that were never edited follow the new version's. Others stay, and where the new version's
# own are not the old version's, they are put beside.
put_settings() {
	mkdir -p "${settings%/*}"
	if [ ! -e "$settings" ] || cmp -s "$settings" "$code/system$settings"; then
		rm -f "$settings.new"
		cp "$1" "$settings.tmp"
		chmod 0640 "$settings.tmp"
		mv -T "$settings.tmp" "$settings"
	elif ! cmp -s "$settings" "$1" && ! cmp -s "$code/system$settings" "$1"; then
		cp "$1" "$settings.new"
		chmod 0640 "$settings.new"
		echo "$settings was edited and stays; this version's own is $settings.new"
	fi
	chown root:"$name" "$settings"
	chmod 0640 "$settings"
}

enable_service() {
	if systemd_runs; then
		systemctl daemon-reload
		systemctl enable --quiet "$name.service"
	else
		systemctl enable --quiet "$name.service" 2>/dev/null || true
	fi
}

# A version that does not start stays: its log says why, and --rollback is one command.
start() {
	if ! systemd_runs; then
		printf '%s\n' "systemd does not run here: nothing was started. Type: $command "serve
		return
	fi
	systemctl reset-failed "$name.service" 2>/dev/null || true
	say_if_port_is_taken
	other=$(listening_socket)
	systemctl restart "$name.service" || true
	watch_start
	say_if_failed
}

# Until it listens or has failed, and for some seconds at the most: a long migration is no failure.
watch_start() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		socket=$(listening_socket)
		if ! systemctl is-active --quiet "$name.service" || { [ -n "$socket" ] && [ "$socket" != "$other" ]; }; then
			return 0
		fi
		sleep 0.2
	done
}

# What a step that failed, or a signal, leaves half done. The version before is in use again.
# shellcheck disable=SC2329 # it is what `trap` calls
undo() {
	status=$?
	trap '' INT TERM HUP
	set +e
	for file in $system_files; do
		rm -f "$file.new"
	done
	rm -f "/usr/lib/.$name.link" "$settings.tmp"
	if [ -z "$before" ]; then
		undo_first_installation
	elif [ "$(current_slot)" != "$before" ]; then
		ln -sfn "$before" "$code"
		for file in $system_files; do
			cp -P --remove-destination "$code/system$file" "$file"
		done
		enable_service
		systemctl reset-failed "$name.service" 2>/dev/null
		systemd_runs && systemctl restart "$name.service"
	fi
	[ -z "$filled" ] || rm -rf "/usr/lib/$filled"
	echo "install.sh: it failed, and was undone: ${before:+the version before is in use, }see above." >&2
	exit "$status"
}

# shellcheck disable=SC2329 # by `undo`
undo_first_installation() {
	delete_program
	[ -n "$settings_were_there" ] || rm -f "$settings"
	rmdir "${settings%/*}" 2>/dev/null
	if [ -z "$notes_were_there" ]; then
		purge_data 2>/dev/null
		purge_accounts
		rm -rf "$made"
	fi
}

# From here on to `keep`, whatever ends this script undoes what it did.
begin() {
	before=$(current_slot)
	filled=$1
	notes_were_there=$(ls -d "$made" 2>/dev/null || true)
	settings_were_there=$(ls -d "$settings" 2>/dev/null || true)
	trap undo EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

keep() {
	trap - EXIT INT TERM HUP
}

install_version() {
	check_machine
	[ -d "$here/files/usr/lib/$name" ] ||
		stop_with "there is nothing to install beside $script. Unpack the archive and run its install.sh."
	[ -n "$(current_slot)" ] || refuse_foreign_account
	if [ -e "$settings.rpmsave" ] && [ ! -e "$settings" ]; then
		mv "$settings.rpmsave" "$settings" # what the removal of an .rpm put aside
	fi
	slot=$(free_slot)
	begin "$slot"
	fill_slot "$slot"
	activate "$slot"
	keep
	delete_other_slots
	[ -n "$before" ] || tell_foreign_accounts
	echo "$name" 1.0.0 "is installed."
	start
	warn_of_removed_package
}

delete_other_slots() {
	for slot in "$name-a" "$name-b" "$name-c"; do
		if [ "$slot" != "$(current_slot)" ] && [ "$slot" != "$(previous_slot)" ]; then
			rm -rf "/usr/lib/$slot"
		fi
	done
}

rollback() {
	check_machine
	slot=$(previous_slot)
	[ -n "$slot" ] && [ -d "/usr/lib/$slot" ] || stop_with "there is no version to go back to."
	begin ''
	activate "$slot"
	keep
	echo "$name is back at the version before."
	start
}

remove_version() {
	if [ -e "$code" ] && [ ! -L "$code" ]; then
		stop_with "$name is here from a package; remove that with the package manager."
	fi
	if systemd_runs; then
		systemctl disable --quiet --now "$name.service" 2>/dev/null || true
	else
		systemctl disable --quiet "$name.service" 2>/dev/null || true
	fi
	delete_program
}

# deb-systemd-helper would take a service that is not enabled here for one that is not wanted.
delete_program() {
	for file in $system_files; do
		rm -f "$file"
	done
	rm -rf "/usr/share/doc/$name" "$code" "$code-a" "$code-b" "$code-c"
	if systemd_runs; then
		systemctl disable --quiet "$name.service" 2>/dev/null || true
		systemctl daemon-reload || true
	fi
	if command -v deb-systemd-helper >/dev/null; then
		DPKG_MAINTSCRIPT_PACKAGE=$name deb-systemd-helper purge "$name.service" >/dev/null 2>&1 || true
	fi
}

purge() {
	remove_version
	purge_made
	echo "What $name brought is gone."
}

main() {
	[ $# -le 1 ] || { usage >&2 && exit 2; }
	case "${1:-}" in
	'' | --rollback | --remove | --purge) ;;
	-h | --help) usage && exit ;;
	*) usage >&2 && stop_with "$1 is no option." 2 ;;
	esac
	check_rights
	take_lock
	case "${1:-}" in
	'') install_version ;;
	--rollback) rollback ;;
	--remove) remove_version ;;
	--purge) purge ;;
	esac
	exit
}

main "$@"
