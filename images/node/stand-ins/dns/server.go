package dns

import (
	"fmt"
	"math/rand"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	mdns "github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/klog/v2"
)

const (
	// maxAliases bounds how many CNAMEs are followed for one question.
	maxAliases = 8
	// plainUDPSize is what a client without EDNS0 can take (RFC 1035, 4.2.1).
	plainUDPSize = 512
	// ourUDPSize avoids fragments on every path (https://dnsflagday.net/2020/).
	ourUDPSize = 1232
)

// A site is one server block, ready to answer.
type site struct {
	zones      []string
	port       string
	hosts      *hostTable
	cluster    *cluster
	forwarders []*forwarder
	shuffle    bool
	log        bool
}

// Settings that belong to the whole process, wherever in the Corefile they stand.
type endpointsOfProcess struct {
	health, ready, metrics string
	lameduck               time.Duration
}

// A server answers questions by the newest good Corefile.
type server struct {
	sites atomic.Value // []*site

	requests *prometheus.CounterVec
	answers  *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// plan turns the blocks of a Corefile into sites. What CoreDNS has and this server has not is named in the log.
func plan(blocks []block, s store) ([]*site, endpointsOfProcess, error) {
	var sites []*site
	var process endpointsOfProcess
	for _, b := range blocks {
		current := &site{zones: b.zones, port: b.port}
		var ttl time.Duration
		for _, d := range b.directives {
			if d.name == "cache" {
				ttl = time.Hour
				for _, arg := range d.args {
					if n, err := strconv.Atoi(arg); err == nil && n > 0 {
						ttl = time.Duration(n) * time.Second
					}
				}
			}
		}
		for _, d := range b.directives {
			switch d.name {
			case "kubernetes":
				c, err := newCluster(d, b, s)
				if err != nil {
					return nil, process, err
				}
				current.cluster = c
			case "forward":
				f, err := newForwarder(d, ttl)
				if err != nil {
					return nil, process, err
				}
				current.forwarders = append(current.forwarders, f)
			case "hosts":
				h, err := newHostTable(d)
				if err != nil {
					return nil, process, err
				}
				current.hosts = h
			case "loadbalance":
				current.shuffle = true
			case "log":
				current.log = true
			case "health":
				process.health = addressOr(d, ":8080")
				for _, line := range d.body {
					if line[0] == "lameduck" && len(line) == 2 {
						duration, err := time.ParseDuration(line[1])
						if err != nil {
							return nil, process, fmt.Errorf("line %d: health: lameduck: %w", d.line, err)
						}
						process.lameduck = duration
					}
				}
			case "ready":
				process.ready = addressOr(d, ":8181")
			case "prometheus":
				process.metrics = addressOr(d, "localhost:9153")
			case "cache", "errors", "loop", "reload":
				// cache was read above; the others describe what this server does in any case.
			default:
				klog.Warningf("Corefile, line %d: %q is not known here and has no effect", d.line, d.name)
			}
		}
		sites = append(sites, current)
	}
	return sites, process, nil
}

func addressOr(d directive, fallback string) string {
	if len(d.args) > 0 {
		return d.args[0]
	}
	return fallback
}

func newCluster(d directive, b block, s store) (*cluster, error) {
	c := &cluster{ttl: 5, store: s}
	zones := d.args
	if len(zones) == 0 {
		zones = b.zones
	}
	for _, zone := range zones {
		zone = mdns.CanonicalName(zone)
		if mdns.IsSubDomain("in-addr.arpa.", zone) || mdns.IsSubDomain("ip6.arpa.", zone) {
			c.reverse = append(c.reverse, zone)
		} else {
			c.forward = append(c.forward, zone)
		}
	}
	for _, line := range d.body {
		switch line[0] {
		case "pods":
			if len(line) == 2 {
				switch line[1] {
				case "disabled":
					c.pods = podsDisabled
				case "insecure":
					c.pods = podsInsecure
				case "verified":
					c.pods = podsVerified
				default:
					return nil, fmt.Errorf("line %d: kubernetes: pods %s: not a mode", d.line, line[1])
				}
			}
		case "ttl":
			if len(line) == 2 {
				n, err := strconv.ParseUint(line[1], 10, 31)
				if err != nil {
					return nil, fmt.Errorf("line %d: kubernetes: ttl %s: not a number", d.line, line[1])
				}
				c.ttl = uint32(n)
			}
		case "fallthrough":
			if len(line) == 1 {
				c.fallThrough = []string{"."}
			}
			for _, zone := range line[1:] {
				c.fallThrough = append(c.fallThrough, mdns.CanonicalName(zone))
			}
		case "endpoint_pod_names":
			c.podNames = true
		case "upstream":
			// Without effect in CoreDNS too, since 1.7.
		default:
			klog.Warningf("Corefile: kubernetes: the option %q is not known here and has no effect", line[0])
		}
	}
	return c, nil
}

func newServer(registry prometheus.Registerer) *server {
	s := &server{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "coredns_dns_requests_total", Help: "Questions, by protocol and type.",
		}, []string{"proto", "type"}),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "coredns_dns_responses_total", Help: "Answers, by response code.",
		}, []string{"rcode"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "coredns_dns_request_duration_seconds", Help: "Time to answer.",
			Buckets: prometheus.ExponentialBuckets(0.00025, 2, 16),
		}, []string{"zone"}),
	}
	registry.MustRegister(s.requests, s.answers, s.duration)
	s.sites.Store([]*site{})
	return s
}

// handler serves the blocks of one port.
func (s *server) handler(port string) mdns.HandlerFunc {
	return func(w mdns.ResponseWriter, request *mdns.Msg) {
		start := time.Now()
		_, tcp := w.RemoteAddr().(*net.TCPAddr)
		answer, zone := s.answer(port, request, tcp)
		limit := mdns.MaxMsgSize
		if !tcp {
			limit = plainUDPSize
		}
		if option := request.IsEdns0(); option != nil {
			if !tcp && int(option.UDPSize()) > limit {
				limit = int(option.UDPSize())
			}
			if answer.IsEdns0() == nil {
				answer.SetEdns0(ourUDPSize, option.Do())
			}
		}
		if !tcp {
			answer.Compress = true
		}
		answer.Truncate(limit)
		if err := w.WriteMsg(answer); err != nil {
			klog.V(1).Infof("answer to %s: %v", w.RemoteAddr(), err)
		}
		proto, qtype := "udp", "other"
		if tcp {
			proto = "tcp"
		}
		if len(request.Question) == 1 {
			if name, known := mdns.TypeToString[request.Question[0].Qtype]; known {
				qtype = name
			}
		}
		s.requests.WithLabelValues(proto, qtype).Inc()
		s.answers.WithLabelValues(mdns.RcodeToString[answer.Rcode]).Inc()
		s.duration.WithLabelValues(zone).Observe(time.Since(start).Seconds())
	}
}

func (s *server) answer(port string, request *mdns.Msg, tcp bool) (*mdns.Msg, string) {
	reject := func(rcode int) (*mdns.Msg, string) { return new(mdns.Msg).SetRcode(request, rcode), "" }
	if request.Opcode != mdns.OpcodeQuery {
		return reject(mdns.RcodeNotImplemented)
	}
	if len(request.Question) != 1 || request.Response {
		return reject(mdns.RcodeFormatError)
	}
	if option := request.IsEdns0(); option != nil && option.Version() != 0 {
		answer, zone := reject(mdns.RcodeBadVers)
		answer.SetEdns0(ourUDPSize, false)
		return answer, zone
	}
	q := request.Question[0]
	if q.Qclass != mdns.ClassINET || q.Qtype == mdns.TypeAXFR || q.Qtype == mdns.TypeIXFR {
		return reject(mdns.RcodeRefused)
	}
	current := s.siteFor(port, q.Name)
	if current == nil {
		return reject(mdns.RcodeRefused)
	}
	answer := s.resolve(current, request, tcp)
	if current.shuffle {
		shuffleAddresses(answer.Answer)
	}
	if current.log {
		klog.Infof("%s %s -> %s, %d records", q.Name, mdns.TypeToString[q.Qtype],
			mdns.RcodeToString[answer.Rcode], len(answer.Answer))
	}
	return answer, longestZone(mdns.CanonicalName(q.Name), current.zones)
}

func (s *server) siteFor(port, name string) *site {
	sites, _ := s.sites.Load().([]*site)
	var best *site
	bestZone := ""
	for _, candidate := range sites {
		if candidate.port != port {
			continue
		}
		if zone := longestZone(mdns.CanonicalName(name), candidate.zones); len(zone) > len(bestZone) {
			best, bestZone = candidate, zone
		}
	}
	return best
}

func (s *server) resolve(current *site, request *mdns.Msg, tcp bool) *mdns.Msg {
	answer := new(mdns.Msg).SetReply(request)
	answer.RecursionAvailable = true
	question := request.Question[0]
	for i := 0; i < maxAliases; i++ {
		r, found := current.lookup(question)
		if !found {
			forwarded := current.forward(request, question, tcp)
			if i == 0 {
				return forwarded
			}
			// The end of an alias: what it points at joins the alias.
			answer.Answer = append(answer.Answer, forwarded.Answer...)
			answer.Rcode = forwarded.Rcode
			answer.Truncated = forwarded.Truncated
			if len(forwarded.Answer) == 0 {
				answer.Ns = forwarded.Ns
			}
			return answer
		}
		answer.Authoritative = true
		answer.Rcode = r.rcode
		answer.Answer = append(answer.Answer, r.answer...)
		answer.Extra = append(answer.Extra, r.extra...)
		if r.alias == "" {
			if len(r.answer) == 0 && r.zone != "" && r.rcode != mdns.RcodeServerFailure {
				answer.Ns = []mdns.RR{soa(r.zone, r.ttl)}
			}
			return answer
		}
		question.Name = r.alias
		if next := s.siteFor(current.port, r.alias); next != nil {
			current = next
		}
	}
	answer.Rcode = mdns.RcodeServerFailure
	return answer
}

func (current *site) lookup(q mdns.Question) (result, bool) {
	if current.hosts != nil {
		if r, found := current.hosts.lookup(q); found {
			return r, true
		}
	}
	if current.cluster != nil {
		return current.cluster.lookup(q)
	}
	return result{}, false
}

func (current *site) forward(request *mdns.Msg, question mdns.Question, tcp bool) *mdns.Msg {
	var best *forwarder
	for _, f := range current.forwarders {
		if f.covers(mdns.CanonicalName(question.Name)) && (best == nil || len(f.from) > len(best.from)) {
			best = f
		}
	}
	asked := request.Copy()
	asked.Question = []mdns.Question{question}
	if best == nil || len(best.upstreams) == 0 {
		return new(mdns.Msg).SetRcode(asked, mdns.RcodeServerFailure)
	}
	return best.exchange(asked, tcp)
}

// shuffleAddresses spreads clients over equal answers. Aliases keep their place before what they point at.
func shuffleAddresses(records []mdns.RR) {
	first := 0
	for first < len(records) && records[first].Header().Rrtype == mdns.TypeCNAME {
		first++
	}
	tail := records[first:]
	for _, record := range tail {
		if t := record.Header().Rrtype; t != mdns.TypeA && t != mdns.TypeAAAA {
			return
		}
	}
	rand.Shuffle(len(tail), func(i, j int) { tail[i], tail[j] = tail[j], tail[i] })
}
