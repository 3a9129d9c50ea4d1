package dns

import (
	"fmt"
	"net"
	"strings"

	mdns "github.com/miekg/dns"
	v1 "k8s.io/api/core/v1"
)

// specification is the version of "Kubernetes DNS-Based Service Discovery" that is followed here:
// https://github.com/kubernetes/dns/blob/master/docs/specification.md
const specification = "1.1.0"

// negativeTTL bounds how long a resolver may remember that a name is not there.
const negativeTTL = 5

// A store answers what the records are made from. Addresses are in net.IP.String() form.
type store interface {
	synced() bool
	namespace(name string) bool
	service(namespace, name string) *v1.Service
	endpoints(namespace, name string) *v1.Endpoints
	servicesAt(address string) []*v1.Service
	endpointsAt(address string) []*v1.Endpoints
	podAt(namespace, address string) bool
}

// How names of Pods by address (1-2-3-4.ns.pod.zone) are answered.
type podMode int

const (
	podsDisabled podMode = iota // never
	podsInsecure                // for every address, in a namespace that exists
	podsVerified                // for addresses of Pods in that namespace
)

// A cluster is the directive `kubernetes`: the zones that it answers for, from the store.
type cluster struct {
	forward     []string // zones of names, as cluster.local.
	reverse     []string // zones of addresses, as in-addr.arpa.
	ttl         uint32
	pods        podMode
	podNames    bool     // endpoints without a host name are called by their Pod
	fallThrough []string // zones whose unknown names go to the next directive
	store       store
}

// A result is what one source says of one name.
type result struct {
	rcode  int
	answer []mdns.RR
	extra  []mdns.RR
	// zone is the zone whose SOA goes into a negative answer.
	zone string
	ttl  uint32
	// alias is where a CNAME points that has still to be followed.
	alias string
}

func (c *cluster) lookup(q mdns.Question) (result, bool) {
	name := mdns.CanonicalName(q.Name)
	if zone := longestZone(name, c.forward); zone != "" {
		if !c.store.synced() {
			return result{rcode: mdns.RcodeServerFailure}, true
		}
		r := c.byName(q, name, zone)
		r.zone, r.ttl = zone, c.ttl
		if r.rcode == mdns.RcodeNameError && longestZone(name, c.fallThrough) != "" {
			return result{}, false
		}
		return r, true
	}
	if zone := longestZone(name, c.reverse); zone != "" {
		if !c.store.synced() {
			return result{rcode: mdns.RcodeServerFailure}, true
		}
		names := c.byAddress(name)
		if len(names) == 0 {
			if longestZone(name, c.fallThrough) != "" {
				return result{}, false
			}
			return result{rcode: mdns.RcodeNameError, zone: zone, ttl: c.ttl}, true
		}
		r := result{zone: zone, ttl: c.ttl}
		if q.Qtype == mdns.TypePTR || q.Qtype == mdns.TypeANY {
			for _, target := range names {
				r.answer = append(r.answer, &mdns.PTR{Hdr: c.header(q.Name, mdns.TypePTR), Ptr: target})
			}
		}
		return r, true
	}
	return result{}, false
}

func (c *cluster) byName(q mdns.Question, name, zone string) result {
	missing := result{rcode: mdns.RcodeNameError}
	labels := mdns.SplitDomainName(name)
	labels = labels[:len(labels)-mdns.CountLabel(zone)]
	if len(labels) == 0 {
		switch q.Qtype {
		case mdns.TypeSOA:
			return result{answer: []mdns.RR{soa(q.Name, c.ttl)}}
		case mdns.TypeNS:
			return result{
				answer: []mdns.RR{&mdns.NS{Hdr: c.header(q.Name, mdns.TypeNS), Ns: "ns.dns." + zone}},
				extra:  c.addresses("ns.dns."+zone, mdns.TypeANY, c.nameServer()),
			}
		}
		return result{}
	}
	top, rest := labels[len(labels)-1], labels[:len(labels)-1]
	switch top {
	case "svc":
		switch len(rest) {
		case 0:
			return result{}
		case 1:
			if c.store.namespace(rest[0]) {
				return result{}
			}
			return missing
		case 2, 3, 4:
			return c.service(q, rest, zone)
		}
	case "pod":
		switch len(rest) {
		case 0:
			return result{}
		case 1:
			if c.store.namespace(rest[0]) {
				return result{}
			}
		case 2:
			return c.pod(q, rest[0], rest[1])
		}
	case "dns":
		if len(rest) == 0 {
			return result{}
		}
		if len(rest) == 1 && rest[0] == "ns" {
			return result{answer: c.addresses(q.Name, q.Qtype, c.nameServer())}
		}
	case "dns-version":
		if len(rest) == 0 {
			if q.Qtype != mdns.TypeTXT && q.Qtype != mdns.TypeANY {
				return result{}
			}
			return result{answer: []mdns.RR{
				&mdns.TXT{Hdr: c.header(q.Name, mdns.TypeTXT), Txt: []string{specification}},
			}}
		}
	}
	return missing
}

// service answers [[_port.]_protocol.]service.namespace and endpoint.service.namespace.
func (c *cluster) service(q mdns.Question, labels []string, zone string) result {
	missing := result{rcode: mdns.RcodeNameError}
	name, namespace := labels[len(labels)-2], labels[len(labels)-1]
	prefix := labels[:len(labels)-2]
	service := c.store.service(namespace, name)
	if service == nil {
		return missing
	}
	fullName := fmt.Sprintf("%s.%s.svc.%s", name, namespace, zone)

	if service.Spec.Type == v1.ServiceTypeExternalName {
		target := mdns.Fqdn(service.Spec.ExternalName)
		if len(prefix) != 0 {
			return missing
		}
		if net.ParseIP(service.Spec.ExternalName) != nil {
			// An address is no name to point at; Kubernetes documents that this does not resolve.
			return result{}
		}
		r := result{answer: []mdns.RR{&mdns.CNAME{Hdr: c.header(q.Name, mdns.TypeCNAME), Target: target}}}
		if q.Qtype != mdns.TypeCNAME {
			r.alias = target
		}
		return r
	}

	targets := c.targets(service, fullName)
	if len(targets) == 0 {
		// A headless Service with nothing ready behind it (specification, 2.4.1).
		return missing
	}
	switch {
	case len(prefix) == 0:
		if q.Qtype == mdns.TypeSRV {
			return c.serviceRecords(q, targets, func(servicePort) bool { return true })
		}
		var all []net.IP
		for _, target := range targets {
			all = append(all, target.addresses...)
		}
		return result{answer: c.addresses(q.Name, q.Qtype, all)}
	case len(prefix) == 2:
		if !strings.HasPrefix(prefix[0], "_") || !strings.HasPrefix(prefix[1], "_") {
			return missing
		}
		match := func(p servicePort) bool { return "_"+p.name == prefix[0] && "_"+p.protocol == prefix[1] }
		if !anyPort(targets, match) {
			return missing
		}
		if q.Qtype != mdns.TypeSRV && q.Qtype != mdns.TypeANY {
			return result{}
		}
		return c.serviceRecords(q, targets, match)
	case strings.HasPrefix(prefix[0], "_"):
		// _tcp.service: it has no records of its own, but it is there when something is below it.
		if anyPort(targets, func(p servicePort) bool { return p.name != "" && "_"+p.protocol == prefix[0] }) {
			return result{}
		}
		return missing
	default:
		// An endpoint by its own name; also behind a Service with an address.
		for _, target := range c.endpointTargets(service, fullName) {
			if target.label != prefix[0] {
				continue
			}
			if q.Qtype == mdns.TypeSRV {
				return c.serviceRecords(q, []destination{target}, func(servicePort) bool { return true })
			}
			return result{answer: c.addresses(q.Name, q.Qtype, target.addresses)}
		}
		return missing
	}
}

// A servicePort is one port of a target; its protocol is in lower case, as in names.
type servicePort struct {
	name, protocol string
	port           uint16
}

// A destination is what an SRV record points at: the Service itself, or one endpoint of it.
type destination struct {
	label     string
	name      string
	addresses []net.IP
	ports     []servicePort
}

func (c *cluster) targets(service *v1.Service, fullName string) []destination {
	if service.Spec.ClusterIP == v1.ClusterIPNone {
		return c.endpointTargets(service, fullName)
	}
	t := destination{name: fullName, addresses: clusterIPs(service)}
	for _, p := range service.Spec.Ports {
		t.ports = append(t.ports, servicePort{p.Name, strings.ToLower(string(p.Protocol)), uint16(p.Port)})
	}
	return []destination{t}
}

func (c *cluster) endpointTargets(service *v1.Service, fullName string) []destination {
	endpoints := c.store.endpoints(service.Namespace, service.Name)
	if endpoints == nil {
		return nil
	}
	var targets []destination
	byLabel := map[string]int{}
	for _, subset := range endpoints.Subsets {
		var ports []servicePort
		for _, p := range subset.Ports {
			ports = append(ports, servicePort{p.Name, strings.ToLower(string(p.Protocol)), uint16(p.Port)})
		}
		for _, address := range subset.Addresses {
			ip := net.ParseIP(address.IP)
			if ip == nil {
				continue
			}
			label := c.endpointLabel(address)
			if i, seen := byLabel[label]; seen {
				// The same endpoint in two subsets: other ports are ready in each.
				targets[i].ports = append(targets[i].ports, ports...)
				if !containsIP(targets[i].addresses, ip) {
					targets[i].addresses = append(targets[i].addresses, ip)
				}
				continue
			}
			byLabel[label] = len(targets)
			targets = append(targets, destination{label, label + "." + fullName, []net.IP{ip}, ports})
		}
	}
	return targets
}

// endpointLabel is the Pod's host name where it has one, else its address with dashes.
func (c *cluster) endpointLabel(address v1.EndpointAddress) string {
	if address.Hostname != "" {
		return strings.ToLower(address.Hostname)
	}
	if c.podNames && address.TargetRef != nil && address.TargetRef.Name != "" {
		return strings.ToLower(address.TargetRef.Name)
	}
	return strings.NewReplacer(".", "-", ":", "-").Replace(address.IP)
}

func (c *cluster) serviceRecords(q mdns.Question, targets []destination, match func(servicePort) bool) result {
	var r result
	type pair struct {
		destination
		port uint16
	}
	var pairs []pair
	for _, target := range targets {
		for _, p := range target.ports {
			if match(p) {
				pairs = append(pairs, pair{target, p.port})
			}
		}
	}
	for _, p := range pairs {
		weight := 100 / len(pairs)
		if weight == 0 {
			weight = 1
		}
		r.answer = append(r.answer, &mdns.SRV{
			Hdr: c.header(q.Name, mdns.TypeSRV), Weight: uint16(weight), Port: p.port, Target: p.name,
		})
	}
	for _, target := range targets {
		if anyPort([]destination{target}, match) {
			r.extra = append(r.extra, c.addresses(target.name, mdns.TypeANY, target.addresses)...)
		}
	}
	return r
}

func (c *cluster) pod(q mdns.Question, label, namespace string) result {
	missing := result{rcode: mdns.RcodeNameError}
	if c.pods == podsDisabled || !c.store.namespace(namespace) {
		return missing
	}
	ip := net.ParseIP(strings.ReplaceAll(label, "-", "."))
	if ip == nil {
		ip = net.ParseIP(strings.ReplaceAll(label, "-", ":"))
	}
	if ip == nil || (c.pods == podsVerified && !c.store.podAt(namespace, ip.String())) {
		return missing
	}
	return result{answer: c.addresses(q.Name, q.Qtype, []net.IP{ip})}
}

// byAddress gives the names of an address in in-addr.arpa. or ip6.arpa.
func (c *cluster) byAddress(name string) []string {
	ip := reverseAddress(name)
	if ip == nil || len(c.forward) == 0 {
		return nil
	}
	zone := c.forward[0]
	var names []string
	for _, service := range c.store.servicesAt(ip.String()) {
		names = append(names, fmt.Sprintf("%s.%s.svc.%s", service.Name, service.Namespace, zone))
	}
	if len(names) > 0 {
		return names
	}
	for _, endpoints := range c.store.endpointsAt(ip.String()) {
		for _, subset := range endpoints.Subsets {
			for _, address := range subset.Addresses {
				if other := net.ParseIP(address.IP); other != nil && other.Equal(ip) {
					name := fmt.Sprintf(
						"%s.%s.%s.svc.%s", c.endpointLabel(address), endpoints.Name, endpoints.Namespace, zone)
					if !contains(names, name) {
						names = append(names, name)
					}
				}
			}
		}
	}
	return names
}

// nameServer is the address of the cluster's DNS itself.
func (c *cluster) nameServer() []net.IP {
	if service := c.store.service("kube-system", "kube-dns"); service != nil {
		return clusterIPs(service)
	}
	return nil
}

func (c *cluster) addresses(owner string, qtype uint16, ips []net.IP) []mdns.RR {
	var records []mdns.RR
	seen := map[string]bool{}
	for _, ip := range ips {
		if seen[ip.String()] {
			continue
		}
		seen[ip.String()] = true
		if v4 := ip.To4(); v4 != nil {
			if qtype == mdns.TypeA || qtype == mdns.TypeANY {
				records = append(records, &mdns.A{Hdr: c.header(owner, mdns.TypeA), A: v4})
			}
		} else if qtype == mdns.TypeAAAA || qtype == mdns.TypeANY {
			records = append(records, &mdns.AAAA{Hdr: c.header(owner, mdns.TypeAAAA), AAAA: ip})
		}
	}
	return records
}

func (c *cluster) header(owner string, rrtype uint16) mdns.RR_Header {
	return mdns.RR_Header{Name: owner, Rrtype: rrtype, Class: mdns.ClassINET, Ttl: c.ttl}
}

// soa heads the zone; in negative answers its last field says for how long they hold.
func soa(zone string, ttl uint32) mdns.RR {
	if ttl > negativeTTL {
		ttl = negativeTTL
	}
	canonical := mdns.CanonicalName(zone)
	return &mdns.SOA{
		Hdr: mdns.RR_Header{Name: zone, Rrtype: mdns.TypeSOA, Class: mdns.ClassINET, Ttl: ttl},
		Ns:  "ns.dns." + canonical, Mbox: "hostmaster." + canonical,
		Serial: 1, Refresh: 7200, Retry: 1800, Expire: 86400, Minttl: ttl,
	}
}

func clusterIPs(service *v1.Service) []net.IP {
	var ips []net.IP
	for _, text := range append([]string{service.Spec.ClusterIP}, service.Spec.ClusterIPs...) {
		if ip := net.ParseIP(text); ip != nil && !containsIP(ips, ip) {
			ips = append(ips, ip)
		}
	}
	return ips
}

// reverseAddress reads 4.3.2.1.in-addr.arpa. and the 32 digits of ip6.arpa.; nil if it is not a whole address.
func reverseAddress(name string) net.IP {
	if strings.HasSuffix(name, ".in-addr.arpa.") {
		labels := strings.Split(strings.TrimSuffix(name, ".in-addr.arpa."), ".")
		if len(labels) != 4 {
			return nil
		}
		return net.ParseIP(labels[3] + "." + labels[2] + "." + labels[1] + "." + labels[0])
	}
	if strings.HasSuffix(name, ".ip6.arpa.") {
		digits := strings.Split(strings.TrimSuffix(name, ".ip6.arpa."), ".")
		if len(digits) != 32 {
			return nil
		}
		var text strings.Builder
		for i := 31; i >= 0; i-- {
			if len(digits[i]) != 1 {
				return nil
			}
			text.WriteString(digits[i])
			if i%4 == 0 && i > 0 {
				text.WriteByte(':')
			}
		}
		return net.ParseIP(text.String())
	}
	return nil
}

// longestZone is the most specific of the zones that a name lies in, "" if it lies in none.
func longestZone(name string, zones []string) string {
	best := ""
	for _, zone := range zones {
		if mdns.IsSubDomain(zone, name) && len(zone) > len(best) {
			best = zone
		}
	}
	return best
}

func anyPort(targets []destination, match func(servicePort) bool) bool {
	for _, target := range targets {
		for _, p := range target.ports {
			if match(p) {
				return true
			}
		}
	}
	return false
}

func containsIP(ips []net.IP, ip net.IP) bool {
	for _, other := range ips {
		if other.Equal(ip) {
			return true
		}
	}
	return false
}

func contains(all []string, one string) bool {
	for _, other := range all {
		if other == one {
			return true
		}
	}
	return false
}
