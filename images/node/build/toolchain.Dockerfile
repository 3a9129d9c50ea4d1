# What makes the node image's parts: bookworm's Go and C compiler, `apt-get source`, and the programs that go
# into the images inside it.
ARG BASE=kinkajou/debian:bookworm
FROM $BASE
RUN for list in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do \
        if [ -f "$list" ]; then \
            sed -i -e 's/^Types: deb$/Types: deb deb-src/' -e 's/^deb \(.*\)$/deb \1\ndeb-src \1/' "$list"; \
        fi; \
    done \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates dpkg-dev gcc golang-1.19-go golang-github-miekg-dns-dev \
        golang-github-modern-go-reflect2-dev libc6-dev make rsync \
    && rm -rf /var/cache/apt/archives/*.deb
ENV PATH=/usr/lib/go-1.19/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# What the images inside the node image are put together from.
RUN DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        busybox-static conntrack etcd-client etcd-server ipset iptables jq kmod zstd \
    && rm -rf /var/cache/apt/archives/*.deb
