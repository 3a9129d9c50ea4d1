package dns

import (
	"fmt"
	"math/rand"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	mdns "github.com/miekg/dns"
	"k8s.io/klog/v2"
)

const (
	upstreamTimeout = 2 * time.Second
	// While an upstream is known not to answer, the others are asked first.
	upstreamPenalty = 5 * time.Second
)

// A forwarder is the directive `forward FROM TO...`: names below FROM are asked of TO.
type forwarder struct {
	from          string
	except        []string
	upstreams     []*upstream
	sequential    bool
	preferUDP     bool
	forceTCP      bool
	maxConcurrent int64
	inFlight      int64
	cache         *answerCache
}

type upstream struct {
	address  string
	badUntil int64 // Unix nanoseconds, atomic
}

func newForwarder(d directive, ttl time.Duration) (*forwarder, error) {
	if len(d.args) < 2 {
		return nil, fmt.Errorf("line %d: forward needs a zone and at least one upstream", d.line)
	}
	f := &forwarder{from: mdns.CanonicalName(d.args[0])}
	for _, to := range d.args[1:] {
		addresses, err := upstreamAddresses(to)
		if err != nil {
			return nil, fmt.Errorf("line %d: forward: %w", d.line, err)
		}
		for _, address := range addresses {
			f.upstreams = append(f.upstreams, &upstream{address: address})
		}
	}
	for _, line := range d.body {
		switch line[0] {
		case "except":
			for _, zone := range line[1:] {
				f.except = append(f.except, mdns.CanonicalName(zone))
			}
		case "max_concurrent":
			if len(line) == 2 {
				n, err := strconv.ParseInt(line[1], 10, 64)
				if err != nil || n < 0 {
					return nil, fmt.Errorf("line %d: forward: max_concurrent %s is not a number", d.line, line[1])
				}
				f.maxConcurrent = n
			}
		case "policy":
			f.sequential = len(line) == 2 && line[1] == "sequential"
		case "prefer_udp":
			f.preferUDP = true
		case "force_tcp":
			f.forceTCP = true
		default:
			klog.Warningf("Corefile: forward: the option %q is not known here and has no effect", line[0])
		}
	}
	if ttl > 0 {
		f.cache = newAnswerCache(ttl)
	}
	return f, nil
}

// upstreamAddresses reads an address, an address with a port, or a file in the form of resolv.conf.
func upstreamAddresses(to string) ([]string, error) {
	to = strings.TrimPrefix(to, "dns://")
	if strings.Contains(to, "://") {
		return nil, fmt.Errorf("%s: only plain DNS upstreams are served here", to)
	}
	if ip := net.ParseIP(to); ip != nil {
		return []string{net.JoinHostPort(to, "53")}, nil
	}
	if host, _, err := net.SplitHostPort(to); err == nil && net.ParseIP(host) != nil {
		return []string{to}, nil
	}
	if _, err := os.Stat(to); err != nil {
		return nil, fmt.Errorf("%s is neither an address nor a file that can be read", to)
	}
	config, err := mdns.ClientConfigFromFile(to)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", to, err)
	}
	var addresses []string
	for _, server := range config.Servers {
		if ip := net.ParseIP(server); ip != nil && ip.IsLoopback() {
			// Inside a Pod that is this very server: every question would come back.
			klog.Warningf("%s names %s, which is this Pod itself; it is left out", to, server)
			continue
		}
		addresses = append(addresses, net.JoinHostPort(server, config.Port))
	}
	return addresses, nil
}

func (f *forwarder) covers(name string) bool {
	return mdns.IsSubDomain(f.from, name) && longestZone(name, f.except) == ""
}

// exchange asks the upstreams in turn until one answers. It always gives a message back.
func (f *forwarder) exchange(request *mdns.Msg, tcp bool) *mdns.Msg {
	if cached := f.cache.get(request, tcp); cached != nil {
		return cached
	}
	if running := atomic.AddInt64(&f.inFlight, 1); f.maxConcurrent > 0 && running > f.maxConcurrent {
		atomic.AddInt64(&f.inFlight, -1)
		return new(mdns.Msg).SetRcode(request, mdns.RcodeRefused)
	}
	defer atomic.AddInt64(&f.inFlight, -1)

	query := request.Copy()
	network := "udp"
	if (tcp && !f.preferUDP) || f.forceTCP {
		network = "tcp"
	}
	for _, u := range f.order() {
		query.Id = mdns.Id()
		client := mdns.Client{Net: network, Timeout: upstreamTimeout}
		answer, _, err := client.Exchange(query, u.address)
		if err == nil && answer != nil && len(answer.Question) == 1 && answer.Rcode != mdns.RcodeServerFailure {
			atomic.StoreInt64(&u.badUntil, 0)
			answer.Id = request.Id
			answer.Question = request.Question
			f.cache.put(request, answer, tcp)
			return answer
		}
		if err != nil {
			klog.V(2).Infof("upstream %s: %v", u.address, err)
			atomic.StoreInt64(&u.badUntil, time.Now().Add(upstreamPenalty).UnixNano())
		}
	}
	return new(mdns.Msg).SetRcode(request, mdns.RcodeServerFailure)
}

func (f *forwarder) order() []*upstream {
	all := append([]*upstream{}, f.upstreams...)
	if !f.sequential {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	now := time.Now().UnixNano()
	var good, bad []*upstream
	for _, u := range all {
		if atomic.LoadInt64(&u.badUntil) > now {
			bad = append(bad, u)
		} else {
			good = append(good, u)
		}
	}
	return append(good, bad...)
}
